def compare(rows):
    """For each shop the share done in all, and with the mix of all shops."""
    result = {}
    for shop, kind, done, received in rows:
        result[shop] = {"raw": 0, "same_mix": None}
    return result
