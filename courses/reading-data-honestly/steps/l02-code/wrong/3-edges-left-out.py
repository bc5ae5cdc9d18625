import csv
import io


def audit(text, low, high):
    read = 0
    used = []
    seen = set()
    set_aside = {"repeated": 0, "blank": 0, "not a number": 0, "out of range": 0}
    for row in csv.DictReader(io.StringIO(text)):
        read += 1
        key = (row["bike"], row["start"])
        said = row["minutes"].strip()
        if key in seen:
            set_aside["repeated"] += 1
        elif said == "":
            set_aside["blank"] += 1
        elif not said.lstrip("-").isdigit():
            set_aside["not a number"] += 1
        elif low < int(said) < high:
            used.append(int(said))
        else:
            set_aside["out of range"] += 1
        seen.add(key)
    return {"read": read, "used": used, "set_aside": {why: many for why, many in set_aside.items() if many}}
