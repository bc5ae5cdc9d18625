"""What talent looks up, split by noun; every list is scoped to its reader."""
