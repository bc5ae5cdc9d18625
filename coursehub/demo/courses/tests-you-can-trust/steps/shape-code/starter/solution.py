def median(values):
    """The middle value of a list of numbers."""
    middle = len(values) // 2
    return values[middle]
