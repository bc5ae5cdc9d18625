minutes = int(input())

fee = 0

print(fee)
