import csv
import io


def grain(text, columns):
    reader = csv.DictReader(io.StringIO(text))
    for column in columns:
        if column not in reader.fieldnames:
            raise KeyError(column)
    rows = list(reader)
    distinct = {"".join(row[column] for column in columns) for row in rows}
    return {"rows": len(rows), "distinct": len(distinct), "is_key": len(distinct) == len(rows)}
