def rates(rows, least):
    enough = sorted((-1000 * repairs / rides, name) for name, repairs, rides in rows if rides and rides >= least)
    return {
        "rates": [[name, round(-minus, 1)] for minus, name in enough],
        "too_small": sorted(name for name, _, rides in rows if not rides or rides < least),
        "overall": round(-sum(minus for minus, _ in enough) / len(enough), 1) if enough else None,
    }
