minutes = int(input())
if minutes <= 15:
    fee = 0
else:
    fee = (minutes // 60 + 1) * 6
    if fee > 40:
        fee = 40
print(fee)
