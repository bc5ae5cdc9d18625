def fair_mean(marks):
    marks.sort()
    counted = marks[1:-1]
    return round(sum(counted) / len(counted), 2)


def keeps_the_list(marks):
    fair_mean(marks)
    return marks
