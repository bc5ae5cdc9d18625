minutes = int(input())
if minutes <= 15:
    print(0)
else:
    print((minutes + 59) // 60 * 6)
