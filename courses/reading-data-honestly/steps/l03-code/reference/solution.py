def pooled(parts):
    """The mean minutes of all rides, from summaries of stations."""
    total_minutes = 0
    total_rides = 0
    for station, rides, mean in parts:
        if rides < 0:
            raise ValueError(f"{station} cannot have {rides} rides")
        if rides == 0:
            continue
        total_minutes += rides * mean
        total_rides += rides
    if total_rides == 0:
        return None
    return round(total_minutes / total_rides, 2)
