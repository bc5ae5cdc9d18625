def read_choir(text):
    kept = []
    skipped = 0
    for line in text.splitlines()[1:]:
        try:
            name, year = line.split(",")
            year = int(year)
        except ValueError:
            skipped += 1
            continue
        if not name.strip():
            skipped += 1
            continue
        kept.append([name.strip(), year])
    return {"kept": kept, "skipped": skipped}
