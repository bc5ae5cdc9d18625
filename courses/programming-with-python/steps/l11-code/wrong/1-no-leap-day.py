from datetime import date


def days_to_birthday(born, today):
    birth = date.fromisoformat(born)
    now = date.fromisoformat(today)
    coming = birth.replace(year=now.year)
    if coming < now:
        coming = birth.replace(year=now.year + 1)
    return (coming - now).days
