def both_ends(yes, no, silent):
    """What can be said of all who were asked, when some did not answer."""
    share = round(100 * yes / (yes + no), 1)
    return {"low": share, "high": share, "seen": share, "majority": "unknown"}
