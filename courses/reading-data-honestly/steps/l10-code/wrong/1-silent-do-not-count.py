def both_ends(yes, no, silent):
    if yes + no + silent == 0:
        raise ValueError
    answered = yes + no
    if answered == 0:
        return {"low": 0.0, "high": 100.0, "seen": None, "majority": "unknown"}
    share = round(100 * yes / answered, 1)
    majority = "yes" if 2 * yes > answered else "no" if 2 * yes < answered else "unknown"
    return {"low": share, "high": share, "seen": share, "majority": majority}
