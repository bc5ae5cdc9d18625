import csv
import io


def audit(text, low, high):
    read = 0
    used = []
    seen = set()
    set_aside = {}
    for row in csv.DictReader(io.StringIO(text)):
        read += 1
        digits = "".join(c for c in row["minutes"] if c.isdigit())
        why = ""
        if (row["bike"], row["start"]) in seen:
            why = "repeated"
        elif digits == "":
            why = "blank"
        elif not low <= int(digits) <= high:
            why = "out of range"
        seen.add((row["bike"], row["start"]))
        if why:
            set_aside[why] = set_aside.get(why, 0) + 1
        else:
            used.append(int(digits))
    return {"read": read, "used": used, "set_aside": set_aside}
