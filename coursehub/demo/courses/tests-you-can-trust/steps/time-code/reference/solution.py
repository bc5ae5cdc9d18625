def is_open(weekday, minute):
    """Whether the shop is open; weekday 0 is Monday, minute counts from midnight."""
    if weekday == 6:
        return False
    closes = 14 * 60 if weekday == 5 else 18 * 60
    return 9 * 60 <= minute < closes
