left = int(input())
count = 0
for coin in (100, 50, 20, 10, 5, 1):
    if left >= coin:
        left -= coin
        count += 1
print(count)
