def fair_mean(marks):
    counted = sorted(marks)[1:-1]
    result = round(sum(counted) / len(counted), 2)
    return result


def keeps_the_list(marks):
    fair_mean(marks)
    return marks
