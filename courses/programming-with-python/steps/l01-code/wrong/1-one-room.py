people = 4
rooms_cost = 3 * 320
total = people * 486 + rooms_cost + 624
print("rooms:", rooms_cost)
print("total:", total)
print("each:", total / people)
