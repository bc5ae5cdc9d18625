def fair_mean(marks):
    best = max(marks)
    worst = min(marks)
    counted = [mark for mark in marks if mark != best and mark != worst]
    return round(sum(counted) / len(counted), 2)


def keeps_the_list(marks):
    fair_mean(marks)
    return marks
