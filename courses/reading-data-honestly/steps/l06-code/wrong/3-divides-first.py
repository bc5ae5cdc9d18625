def rates(rows, least):
    ranked = sorted((-1000 * repairs / rides, name) for name, repairs, rides in rows if rides >= least)
    all_rides = sum(row[2] for row in rows)
    return {
        "rates": [[name, round(-minus, 1)] for minus, name in ranked],
        "too_small": sorted(name for name, _, rides in rows if rides < least),
        "overall": round(1000 * sum(row[1] for row in rows) / all_rides, 1),
    }
