from itertools import combinations


def luck(a, b):
    """How many divisions have a gap at least as large as the real one, and how many there are."""
    far = ways = 0
    for chosen in combinations(range(len(a) + len(b)), len(a)):
        ways += 1
    return [far, ways]
