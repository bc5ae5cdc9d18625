minutes = int(input())
if minutes < 15:
    fee = 0
else:
    fee = min(40, (minutes + 59) // 60 * 6)
print(fee)
