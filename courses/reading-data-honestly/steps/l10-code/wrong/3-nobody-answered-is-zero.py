def both_ends(yes, no, silent):
    asked = yes + no + silent
    if not asked:
        raise ValueError
    seen = round(100 * yes / max(yes + no, 1), 1)
    majority = "yes" if 2 * yes > asked else "no" if 2 * (yes + silent) < asked else "unknown"
    return {"low": round(100 * yes / asked, 1), "high": round(100 * (yes + silent) / asked, 1), "seen": seen, "majority": majority}
