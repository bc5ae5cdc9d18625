def pooled(parts):
    minutes = 0
    rides = 0
    for _, many, mean in parts:
        if many < 0:
            raise ValueError
        minutes += many * (mean or 0)
        rides += many
    return round(minutes / rides, 2) if rides else 0
