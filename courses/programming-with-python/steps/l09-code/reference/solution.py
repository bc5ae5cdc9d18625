def minutes_of(text):
    """The minutes since midnight of a time such as "07:45"."""
    parts = text.split(":")
    if len(parts) != 2:
        raise ValueError(f"a time looks like 07:45, not {text}")
    hours = int(parts[0])
    minutes = int(parts[1])
    if not 0 <= hours < 24 or not 0 <= minutes < 60:
        raise ValueError(f"{text} is not within a day")
    return hours * 60 + minutes
