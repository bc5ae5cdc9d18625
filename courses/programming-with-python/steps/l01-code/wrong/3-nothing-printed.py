rooms_cost = 2 * 3 * 320
total = 4 * 486 + rooms_cost + 624
each = total / 4
