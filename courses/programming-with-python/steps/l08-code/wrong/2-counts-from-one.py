def seat(number, per_row=6):
    return f"{number // per_row + 1}{'ABCDEF'[number % per_row - 1]}"


def aisle(number):
    return seat(number)[-1] in "CD"
