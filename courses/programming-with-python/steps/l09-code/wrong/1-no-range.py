def minutes_of(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
