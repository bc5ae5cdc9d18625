left = int(input())

count = 0
coin = 100

while left > 0:
    left -= coin
    count += 1

print(count)
