kilometres = int(input())
total = int(input())
per_km = total / kilometres
print(f"{per_km / 60}:{per_km % 60} per km")
