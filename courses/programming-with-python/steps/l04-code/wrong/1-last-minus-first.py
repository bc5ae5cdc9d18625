heights = input().split()
climb = int(heights[-1]) - int(heights[0])
print(climb)
print(climb)
