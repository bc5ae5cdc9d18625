left = int(input())
count = 0
while left > 0:
    left -= 100
    count += 1
print(count)
