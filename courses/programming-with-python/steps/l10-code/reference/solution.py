import csv
import io


def read_choir(text):
    """Clean lines and how many were skipped, from a CSV with name and since."""
    kept = []
    skipped = 0
    for row in csv.DictReader(io.StringIO(text)):
        name = row["name"].strip()
        try:
            year = int(row["since"])
        except ValueError:
            skipped += 1
            continue
        if name == "":
            skipped += 1
            continue
        kept.append([name, year])
    return {"kept": kept, "skipped": skipped}
