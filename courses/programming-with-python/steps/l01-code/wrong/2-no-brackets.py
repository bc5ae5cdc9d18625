rooms_cost = 2 * 3 * 320
total = 4 * 486 + rooms_cost + 624
print("rooms:", rooms_cost)
print("total:", total)
print("each:", 4 * 486 + rooms_cost + 624 / 4)
