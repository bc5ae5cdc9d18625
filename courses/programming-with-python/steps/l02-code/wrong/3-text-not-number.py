kilometres = input()
total = input()
per_km = total // kilometres
print(f"{per_km // 60}:{per_km % 60:02d} per km")
