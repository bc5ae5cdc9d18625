def moving(values, width):
    if width < 1:
        raise ValueError
    known = [value or 0 for value in values]
    return [round(sum(known[i - width + 1:i + 1]) / width, 1) if i >= width - 1 else None for i in range(len(known))]
