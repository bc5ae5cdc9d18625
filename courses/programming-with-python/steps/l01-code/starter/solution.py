people = 4
nights = 3

print("rooms:", 0)
