def grain(text, columns):
    lines = text.splitlines()
    heading = lines[0].split(",")
    places = [heading.index(column) for column in columns if column in heading]
    if len(places) < len(columns):
        raise KeyError(columns)
    distinct = {tuple(line.split(",")[place] for place in places) for line in lines[1:]}
    return {"rows": len(lines), "distinct": len(distinct), "is_key": len(distinct) == len(lines)}
