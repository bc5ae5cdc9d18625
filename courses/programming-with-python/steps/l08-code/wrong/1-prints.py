def seat(number, per_row=6):
    place = number - 1
    print(f"{place // per_row + 1}{'ABCDEF'[place % per_row]}")


def aisle(number):
    print((number - 1) % 6 in (2, 3))
