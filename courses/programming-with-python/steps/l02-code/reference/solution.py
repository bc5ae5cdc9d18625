kilometres = int(input())
total_seconds = int(input())

per_km = total_seconds // kilometres
minutes = per_km // 60
seconds = per_km % 60

print(f"{minutes}:{seconds:02d} per km")
