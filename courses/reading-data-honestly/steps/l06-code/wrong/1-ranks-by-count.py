def rates(rows, least):
    enough = sorted((-repairs, name, rides) for name, repairs, rides in rows if rides and rides >= least)
    all_rides = sum(row[2] for row in rows)
    return {
        "rates": [[name, round(-1000 * minus / rides, 1)] for minus, name, rides in enough],
        "too_small": sorted(name for name, _, rides in rows if not rides or rides < least),
        "overall": round(1000 * sum(row[1] for row in rows) / all_rides, 1) if all_rides else None,
    }
