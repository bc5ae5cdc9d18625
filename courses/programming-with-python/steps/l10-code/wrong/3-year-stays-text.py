import csv
import io


def read_choir(text):
    kept = []
    skipped = 0
    for row in csv.DictReader(io.StringIO(text)):
        name = row["name"].strip()
        since = row["since"].strip()
        if name and since.isdigit():
            kept.append([name, since])
        else:
            skipped += 1
    return {"kept": kept, "skipped": skipped}
