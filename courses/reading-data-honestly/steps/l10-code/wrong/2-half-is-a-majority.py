def both_ends(yes, no, silent):
    asked = yes + no + silent
    if not asked:
        raise ValueError
    low = round(100 * yes / asked, 1)
    high = round(100 * (yes + silent) / asked, 1)
    seen = round(100 * yes / (yes + no), 1) if yes + no else None
    majority = "yes" if low >= 50 else "no" if high <= 50 else "unknown"
    return {"low": low, "high": high, "seen": seen, "majority": majority}
