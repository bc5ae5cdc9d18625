"""The floors: what the same pages cost when written by hand. Once committed they may only get faster."""
