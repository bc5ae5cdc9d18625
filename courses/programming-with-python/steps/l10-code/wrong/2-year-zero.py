import csv
import io


def read_choir(text):
    kept = []
    skipped = 0
    for row in csv.DictReader(io.StringIO(text)):
        name = row["name"].strip()
        year = int(row["since"]) if row["since"].strip().isdigit() else 0
        if name == "":
            skipped += 1
            continue
        kept.append([name, year])
    return {"kept": kept, "skipped": skipped}
