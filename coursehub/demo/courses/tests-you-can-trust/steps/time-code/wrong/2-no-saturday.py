def is_open(weekday, minute):
    return weekday < 6 and 540 <= minute < 1080
