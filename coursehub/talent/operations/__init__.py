"""What talent does, split by noun: the only writers of its tables."""
