from datetime import date


def days_to_birthday(born, today):
    """How many days it is from today to the next birthday."""
    birth = date.fromisoformat(born)
    now = date.fromisoformat(today)
    return (birth - now).days
