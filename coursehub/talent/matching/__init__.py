"""Matching: learners propose, every seat ends with people it could not improve on. Arithmetic only: no database, no clock."""
