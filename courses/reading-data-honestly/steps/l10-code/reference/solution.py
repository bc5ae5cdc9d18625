def both_ends(yes, no, silent):
    """What can be said of all who were asked, when some did not answer."""
    asked = yes + no + silent
    if asked == 0:
        raise ValueError("nobody was asked")
    if 2 * yes > asked:
        majority = "yes"
    elif 2 * (yes + silent) < asked:
        majority = "no"
    else:
        majority = "unknown"
    return {
        "low": round(100 * yes / asked, 1),
        "high": round(100 * (yes + silent) / asked, 1),
        "seen": round(100 * yes / (yes + no), 1) if yes + no else None,
        "majority": majority,
    }
