def seat(number, per_row=6):
    """The row and letter of a seat, such as "11D"."""
    place = number - 1
    row = place // per_row + 1
    letter = "ABCDEF"[place % per_row]
    return f"{row}{letter}"


def aisle(number):
    """Whether the seat is beside the aisle, with six to a row."""
    return seat(number)[-1] in "CD"
