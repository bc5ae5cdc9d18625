heights = input().split()
climb = 0
steepest = 0
before = int(heights[0])
for word in heights:
    height = int(word)
    climb += abs(height - before)
    steepest = max(steepest, abs(height - before))
    before = height
print(climb)
print(steepest)
