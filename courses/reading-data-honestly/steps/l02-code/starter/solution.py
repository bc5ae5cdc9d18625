import csv
import io


def audit(text, low, high):
    """What was read, what can be used, and what was set aside for which reason."""
    used = []
    for row in csv.DictReader(io.StringIO(text)):
        used.append(int(row["minutes"]))
    return {"read": len(used), "used": used, "set_aside": {}}
