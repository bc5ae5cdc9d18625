minutes = int(input())

if minutes <= 15:
    fee = 0
else:
    hours = (minutes + 59) // 60
    fee = hours * 6
    if fee > 40:
        fee = 40

print(fee)
