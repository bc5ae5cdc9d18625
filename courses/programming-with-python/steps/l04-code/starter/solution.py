heights = input().split()

climb = 0
steepest = 0

for word in heights:
    height = int(word)

print(climb)
print(steepest)
