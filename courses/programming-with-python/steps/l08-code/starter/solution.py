def seat(number, per_row=6):
    """The row and letter of a seat, such as "11D"."""
    return ""


def aisle(number):
    """Whether the seat is beside the aisle, with six to a row."""
    return False
