def moving(values, width):
    if width < 1:
        raise ValueError
    result = []
    for i in range(len(values)):
        window = [v for v in values[max(0, i - width + 1):i + 1] if v is not None]
        result.append(round(sum(window) / len(window), 1) if window else None)
    return result
