def fair_mean(marks):
    counted = sorted(marks)[1:-2]
    return round(sum(counted) / len(counted), 2) if counted else 0


def keeps_the_list(marks):
    fair_mean(marks)
    return marks
