def pooled(parts):
    minutes = 0
    rides = 0
    for _, many, mean in parts:
        if many < 0:
            raise ValueError
        minutes += max(many, 1) * (mean or 0)
        rides += max(many, 1)
    return round(minutes / rides, 2) if rides else None
