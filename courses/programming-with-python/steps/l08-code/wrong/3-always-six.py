def seat(number, per_row=6):
    place = number - 1
    return f"{place // 6 + 1}{'ABCDEF'[place % 6]}"


def aisle(number):
    if seat(number)[-1] in "CD":
        return True
