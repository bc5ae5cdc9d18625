from datetime import date


def days_to_birthday(born, today):
    birth = date.fromisoformat(born)
    now = date.fromisoformat(today)
    month, day = (birth.month, birth.day)
    if (month, day) == (2, 29):
        month, day = 3, 1
    return abs((date(now.year, month, day) - now).days)
