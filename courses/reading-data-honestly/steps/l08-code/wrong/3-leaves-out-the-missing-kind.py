def compare(rows):
    mix = {}
    shops = {}
    for shop, kind, done, received in rows:
        mix[kind] = mix.get(kind, 0) + received
        d, r = shops.setdefault(shop, {}).get(kind, (0, 0))
        shops[shop][kind] = (d + done, r + received)
    result = {}
    for shop, kinds in shops.items():
        received = sum(r for _, r in kinds.values())
        had = {k: v for k, v in mix.items() if kinds.get(k, (0, 0))[1]}
        fair = round(100 * sum(v * kinds[k][0] / kinds[k][1] for k, v in had.items()) / sum(had.values()), 1) if had else None
        raw = round(100 * sum(d for d, _ in kinds.values()) / received, 1) if received else None
        result[shop] = {"raw": raw, "same_mix": fair}
    return result
