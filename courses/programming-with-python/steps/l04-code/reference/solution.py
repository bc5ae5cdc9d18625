heights = input().split()

climb = 0
steepest = 0
before = int(heights[0])

for word in heights:
    height = int(word)
    up = height - before
    if up > 0:
        climb += up
    if up > steepest:
        steepest = up
    before = height

print(climb)
print(steepest)
