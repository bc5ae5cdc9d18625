def compare(rows):
    """For each shop the share done in all, and with the mix of all shops."""
    mix = {}
    shops = {}
    for shop, kind, done, received in rows:
        mix[kind] = mix.get(kind, 0) + received
        kinds = shops.setdefault(shop, {})
        before = kinds.get(kind, (0, 0))
        kinds[kind] = (before[0] + done, before[1] + received)
    mix = {kind: many for kind, many in mix.items() if many}
    result = {}
    for shop, kinds in shops.items():
        done = sum(d for d, _ in kinds.values())
        received = sum(r for _, r in kinds.values())
        fair = None
        if mix and all(kinds.get(kind, (0, 0))[1] for kind in mix):
            weighed = sum(many * kinds[kind][0] / kinds[kind][1] for kind, many in mix.items())
            fair = round(100 * weighed / sum(mix.values()), 1)
        result[shop] = {"raw": round(100 * done / received, 1) if received else None, "same_mix": fair}
    return result
