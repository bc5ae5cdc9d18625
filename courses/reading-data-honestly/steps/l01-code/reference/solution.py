import csv
import io


def grain(text, columns):
    """How many rows, how many combinations of these columns, and whether they are a key."""
    reader = csv.DictReader(io.StringIO(text))
    for column in columns:
        if column not in (reader.fieldnames or []):
            raise KeyError(column)
    rows = list(reader)
    distinct = {tuple(row[column] for column in columns) for row in rows}
    return {"rows": len(rows), "distinct": len(distinct), "is_key": len(distinct) == len(rows)}
