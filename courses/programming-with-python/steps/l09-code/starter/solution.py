def minutes_of(text):
    """The minutes since midnight of a time such as "07:45"."""
    parts = text.split(":")
    return int(parts[0]) * 60 + int(parts[1])
