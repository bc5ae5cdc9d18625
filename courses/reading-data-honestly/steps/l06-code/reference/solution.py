def rates(rows, least):
    """Repairs per 1000 rides, where there are enough rides to say."""
    enough = []
    too_small = []
    for name, repairs, rides in rows:
        if rides == 0 or rides < least:
            too_small.append(name)
        else:
            enough.append((-1000 * repairs / rides, name))
    all_rides = sum(rides for _, _, rides in rows)
    all_repairs = sum(repairs for _, repairs, _ in rows)
    return {
        "rates": [[name, round(-minus, 1)] for minus, name in sorted(enough)],
        "too_small": sorted(too_small),
        "overall": round(1000 * all_repairs / all_rides, 1) if all_rides else None,
    }
