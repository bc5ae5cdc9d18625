"""Reads of the learning room, split by noun."""
