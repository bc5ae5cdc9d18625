def moving(values, width):
    if width < 1:
        raise ValueError
    result = []
    for i in range(len(values)):
        window = values[max(0, i - width + 1):i + 1]
        result.append(round(sum(window) / width, 1) if len(window) == width and all(window) else None)
    return result
