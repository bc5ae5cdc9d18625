def minutes_of(text):
    try:
        hours, minutes = text.split(":")
        hours = int(hours)
        minutes = int(minutes)
    except ValueError:
        return None
    if hours > 23 or minutes > 59:
        return None
    return hours * 60 + minutes
