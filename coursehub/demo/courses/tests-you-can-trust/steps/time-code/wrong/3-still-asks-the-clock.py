from datetime import datetime


def is_open():
    now = datetime.now()
    return now.weekday() < 6 and 9 <= now.hour < 18
