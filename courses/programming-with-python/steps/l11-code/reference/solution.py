import calendar
from datetime import date


def birthday_in(birth, year):
    """The day on which the birthday is kept in that year."""
    if birth.month == 2 and birth.day == 29 and not calendar.isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)


def days_to_birthday(born, today):
    """How many days it is from today to the next birthday."""
    birth = date.fromisoformat(born)
    now = date.fromisoformat(today)
    coming = birthday_in(birth, now.year)
    if coming < now:
        coming = birthday_in(birth, now.year + 1)
    return (coming - now).days
