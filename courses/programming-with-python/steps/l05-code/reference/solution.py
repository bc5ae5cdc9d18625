left = int(input())

count = 0
coin = 100

while left > 0:
    count += left // coin
    left = left % coin
    if coin == 100:
        coin = 50
    elif coin == 50:
        coin = 20
    elif coin == 20:
        coin = 10
    elif coin == 10:
        coin = 5
    else:
        coin = 1

print(count)
