import csv
import io


def grain(text, columns):
    """How many rows, how many combinations of these columns, and whether they are a key."""
    rows = list(csv.DictReader(io.StringIO(text)))
    return {"rows": len(rows), "distinct": 0, "is_key": False}
