def minutes_of(text):
    parts = text.split(":")
    hours = int(parts[0]) if parts[0].isdigit() else 0
    minutes = int(parts[1])
    if hours > 23 or minutes > 59:
        raise ValueError("not within a day")
    return hours * 60 + minutes
