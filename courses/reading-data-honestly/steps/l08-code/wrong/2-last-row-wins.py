def compare(rows):
    mix = {}
    shops = {}
    for shop, kind, done, received in rows:
        mix[kind] = mix.get(kind, 0) + received
        shops.setdefault(shop, {})[kind] = (done, received)
    mix = {k: v for k, v in mix.items() if v}
    result = {}
    for shop, kinds in shops.items():
        received = sum(r for _, r in kinds.values())
        fair = None
        if mix and all(kinds.get(k, (0, 0))[1] for k in mix):
            fair = round(100 * sum(v * kinds[k][0] / kinds[k][1] for k, v in mix.items()) / sum(mix.values()), 1)
        raw = round(100 * sum(d for d, _ in kinds.values()) / received, 1) if received else None
        result[shop] = {"raw": raw, "same_mix": fair}
    return result
