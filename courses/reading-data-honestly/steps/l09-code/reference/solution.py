def moving(values, width):
    """The mean of the last days up to each day, or None where it cannot be said."""
    if width < 1:
        raise ValueError("a window has at least one day")
    result = []
    for i in range(len(values)):
        window = values[max(0, i - width + 1) : i + 1]
        if len(window) < width or None in window:
            result.append(None)
        else:
            result.append(round(sum(window) / width, 1))
    return result
