import csv
import io


def audit(text, low, high):
    read = 0
    used = []
    set_aside = {}
    seen = set()
    for row in csv.DictReader(io.StringIO(text)):
        read += 1
        said = row["minutes"].strip()
        whole = tuple(row.values())
        try:
            why = "" if low <= int(said) <= high else "out of range"
        except ValueError:
            why = "not a number" if said else "blank"
        if whole in seen:
            why = "repeated"
        seen.add(whole)
        if why:
            set_aside[why] = set_aside.get(why, 0) + 1
        else:
            used.append(int(said))
    return {"read": read, "used": used, "set_aside": set_aside}
