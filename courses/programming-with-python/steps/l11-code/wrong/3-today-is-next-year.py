from datetime import date


def days_to_birthday(born, today):
    birth = date.fromisoformat(born)
    now = date.fromisoformat(today)
    for year in (now.year, now.year + 1):
        try:
            coming = birth.replace(year=year)
        except ValueError:
            coming = date(year, 3, 1)
        if coming > now:
            return (coming - now).days
