import csv
import io


def fault(row, seen, low, high):
    """Why a row cannot be used, or an empty text."""
    key = (row["bike"], row["start"])
    if key in seen:
        return "repeated"
    seen.add(key)
    said = row["minutes"].strip()
    if said == "":
        return "blank"
    try:
        minutes = int(said)
    except ValueError:
        return "not a number"
    return "" if low <= minutes <= high else "out of range"


def audit(text, low, high):
    """What was read, what can be used, and what was set aside for which reason."""
    read = 0
    used = []
    seen = set()
    set_aside = {}
    for row in csv.DictReader(io.StringIO(text)):
        read += 1
        why = fault(row, seen, low, high)
        if why:
            set_aside[why] = set_aside.get(why, 0) + 1
        else:
            used.append(int(row["minutes"]))
    return {"read": read, "used": used, "set_aside": set_aside}
