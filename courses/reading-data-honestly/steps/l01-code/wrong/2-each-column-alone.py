import csv
import io


def grain(text, columns):
    rows = list(csv.DictReader(io.StringIO(text)))
    most = max((len({row[column] for row in rows}) for column in columns), default=0)
    return {"rows": len(rows), "distinct": most, "is_key": most == len(rows)}
