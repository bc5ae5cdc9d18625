def compare(rows):
    shops = {}
    for shop, kind, done, received in rows:
        d, r = shops.setdefault(shop, {}).get(kind, (0, 0))
        shops[shop][kind] = (d + done, r + received)
    every = {row[1] for row in rows if row[3]}
    result = {}
    for shop, kinds in shops.items():
        received = sum(r for _, r in kinds.values())
        raw = round(100 * sum(d for d, _ in kinds.values()) / received, 1) if received else None
        fair = None
        if received and all(kinds.get(k, (0, 0))[1] for k in every):
            fair = round(100 * sum(kinds[k][0] / kinds[k][1] for k in every) / len(every), 1)
        result[shop] = {"raw": raw, "same_mix": fair}
    return result
