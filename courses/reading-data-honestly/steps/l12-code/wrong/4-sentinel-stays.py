import csv
import io

QUESTION = "Question: do bikes with new lights have fewer faults per 1000 rides?"
LIMIT = "Limit: it was not drawn by lot which bikes got new lights"


def fault(row, seen):
    """Why a row cannot be used, or an empty text."""
    if row["bike"] in seen:
        return "repeated"
    seen.add(row["bike"])
    if not all(value.strip() for value in row.values()):
        return "blank"
    try:
        rides, faults = int(row["rides"]), int(row["faults"])
    except ValueError:
        return "not a number"
    return "" if rides >= 1 else "out of range"


def read(text):
    """How many rows, those that can be used, and why the others were set aside."""
    seen, rows, set_aside, many = set(), [], {}, 0
    for row in csv.DictReader(io.StringIO(text)):
        many += 1
        why = fault(row, seen)
        if why:
            set_aside[why] = set_aside.get(why, 0) + 1
        else:
            rows.append([row["district"], row["light"], int(row["rides"]), int(row["faults"])])
    return {"read": many, "rows": rows, "set_aside": set_aside}


def rate(rows):
    """Faults per 1000 rides, or None without rides."""
    rides = sum(row[2] for row in rows)
    return round(1000 * sum(row[3] for row in rows) / rides, 1) if rides else None


def compare(rows):
    """Faults per 1000 rides for old and new lights, in all and by district."""
    places = {"all": rows}
    for district in sorted({row[0] for row in rows}):
        places[district] = [row for row in rows if row[0] == district]
    return {
        place: {light: rate([row for row in some if row[1] == light]) for light in ("old", "new")}
        for place, some in places.items()
    }


def finding(table):
    """What the districts say together."""
    pairs = [(cell["old"], cell["new"]) for place, cell in table.items() if place != "all"]
    if not pairs or any(None in pair for pair in pairs):
        return "no clear answer"
    if all(new < old for old, new in pairs):
        return "fewer in every district"
    if all(new > old for old, new in pairs):
        return "more in every district"
    return "no clear answer"


def said(number):
    """A rate as the report writes it."""
    return "no rides" if number is None else f"{number:.1f}"


def report(name):
    """The lines of the report on a file."""
    with open(name, encoding="utf-8", newline="") as file:
        data = read(file.read())
    aside = data["set_aside"]
    reasons = ", ".join(f"{why} {aside[why]}" for why in sorted(aside))
    line = f"Data: {data['read']} rows read, {len(data['rows'])} used, {sum(aside.values())} set aside"
    table = compare(data["rows"])
    lines = [QUESTION, line + (f" ({reasons})" if reasons else "")]
    lines.append(f"All: old {said(table['all']['old'])}, new {said(table['all']['new'])}")
    for district in sorted(set(table) - {"all"}):
        cell = table[district]
        lines.append(f"{district}: old {said(cell['old'])}, new {said(cell['new'])}")
    return [*lines, "Finding: " + finding(table), LIMIT]
