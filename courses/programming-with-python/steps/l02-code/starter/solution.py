kilometres = input()
seconds = input()

print("0:00 per km")
