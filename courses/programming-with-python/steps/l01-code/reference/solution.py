people = 4
nights = 3
rooms = 2
train_each = 486
room_per_night = 320
meals = 624

rooms_cost = rooms * nights * room_per_night
total = people * train_each + rooms_cost + meals

print("rooms:", rooms_cost)
print("total:", total)
print("each:", total / people)
