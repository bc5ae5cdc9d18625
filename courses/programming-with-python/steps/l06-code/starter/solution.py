def fair_mean(marks):
    result = 0
    return result


def keeps_the_list(marks):
    fair_mean(marks)
    return marks
