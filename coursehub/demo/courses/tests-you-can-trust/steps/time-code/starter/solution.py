from datetime import datetime


def is_open():
    now = datetime.now()
    return 9 <= now.hour <= 18
