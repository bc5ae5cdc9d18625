"""Draws the figures of this course from its data, as SVG written by hand. Run it after make_data.py, in the same way."""

import csv
import random
import statistics
import sys
from itertools import combinations
from pathlib import Path

INK, SOFT, LINE, BLUE, RED = "#24313a", "#5b6b76", "#c9d2d8", "#1f6f8b", "#b5472f"


class Sheet:
    """A white sheet with a frame of its own, so that it reads the same on a dark page."""

    def __init__(self, width, height, title):
        self.head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif"><title>{title}</title>'
        self.parts = [f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>']

    def bar(self, x, y, width, height, colour=BLUE):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>')

    def line(self, x1, y1, x2, y2, colour=LINE, width=1.0, dashes=""):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashed}/>'
        )

    def dot(self, x, y, colour=BLUE, size=4.0):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}" fill-opacity="0.75"/>')

    def say(self, x, y, words, anchor="middle", colour=INK, size=14):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{round(size * 1.4)}" fill="{colour}">{words}</text>')

    def path(self, points, colour, width=2.0):
        drawn = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-width="{width}"/>')

    def text(self):
        return "\n".join([self.head, *self.parts, "</svg>"]) + "\n"


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def middle(_data, w):
    """Nine rides on a line, with their mean and median."""
    minutes = [6, 7, 8, 9, 9, 11, 12, 15, 184]
    sheet = Sheet(640, 170, w("九次骑行，平均数与中位数", "Nine rides, their mean and their median"))

    def at(value):
        return 40 + value * 3

    sheet.line(40, 110, 610, 110, SOFT)
    for tick in range(0, 190, 30):
        sheet.line(at(tick), 110, at(tick), 115, SOFT)
        sheet.say(at(tick), 132, tick, colour=SOFT, size=12)
    sheet.say(325, 155, w("分钟", "minutes"), colour=SOFT, size=12)
    for place, value in enumerate(minutes):
        sheet.dot(at(value), 102 - (8 if minutes[:place].count(value) else 0))
    mean, median = statistics.mean(minutes), statistics.median(minutes)
    sheet.line(at(mean), 45, at(mean), 110, RED, 2)
    sheet.say(at(mean), 36, w(f"平均数 {mean:.0f}", f"mean {mean:.0f}"), colour=RED)
    sheet.line(at(median), 70, at(median), 110, BLUE, 2)
    sheet.say(at(median), 62, w(f"中位数 {median}", f"median {median}"), colour=BLUE)
    return sheet.text()


def spread(_data, w):
    """Waiting times at two counters with one median, each as a box over its dots."""
    rows = {w("码头", "dock"): [8, 9, 9, 10, 10, 10, 11, 11, 12], w("集市", "market"): [1, 2, 4, 7, 10, 14, 17, 22, 31]}
    sheet = Sheet(640, 232, w("两个窗口的等候时间", "Waiting at two counters"))

    def at(value):
        return 90 + value * 16

    for place, (name, values) in enumerate(rows.items()):
        y = 50 + place * 75
        low, mid, high = statistics.quantiles(values, n=4, method="inclusive")
        sheet.say(78, y + 5, name, anchor="end")
        sheet.line(at(values[0]), y, at(values[-1]), y, SOFT)
        sheet.parts.append(
            f'<rect x="{at(low):.1f}" y="{y - 14}" width="{at(high) - at(low):.1f}" height="28" fill="#dcebf0" stroke="{BLUE}"/>'
        )
        sheet.line(at(mid), y - 14, at(mid), y + 14, RED, 3)
        for one, value in enumerate(values):
            sheet.dot(at(value), y + 24 + 6 * values[:one].count(value), size=3.2)
    sheet.line(at(0), 178, at(33), 178, SOFT)
    for tick in range(0, 35, 5):
        sheet.line(at(tick), 178, at(tick), 183, SOFT)
        sheet.say(at(tick), 200, tick, colour=SOFT, size=12)
    sheet.say(350, 223, w("等候（分钟）", "minutes of waiting"), colour=SOFT, size=12)
    return sheet.text()


def shapes(data, w):
    """The same 240 rides in bars of 30, 5 and 1 minute."""
    minutes = [int(row["minutes"]) for row in table(data / "rides.csv")]
    sheet = Sheet(660, 250, w("同样的 240 次骑行，三种组距", "The same 240 rides in three widths"))
    for place, width in enumerate((30, 5, 1)):
        left = 30 + place * 212
        counts = [sum(low <= m < low + width for m in minutes) for low in range(0, 60, width)]
        for number, count in enumerate(counts):
            tall = 150 * count / max(counts)
            sheet.bar(left + number * width * 3, 195 - tall, width * 3 - (1 if width > 1 else 0.3), tall)
        sheet.line(left, 195, left + 180, 195, SOFT)
        for tick in (0, 30, 60):
            sheet.say(left + tick * 3, 212, tick, colour=SOFT, size=12)
        sheet.say(left + 90, 28, w(f"每组 {width} 分钟", f"bars of {width} min"))
    sheet.say(330, 238, w("骑行时间（分钟）；三幅图的高度各自缩放", "minutes ridden; each panel has a height scale of its own"), colour=SOFT, size=12)
    return sheet.text()


def funnel(data, w):
    """Repairs per 1000 rides against the number of rides: the small stations fan out."""
    rows = [(int(row["rides"]), int(row["repairs"])) for row in table(data / "stations.csv")]
    sheet = Sheet(640, 330, w("站点越小，比率越散", "The smaller the station, the wilder its rate"))

    def across(many):
        return 60 + many * 0.092

    def down(rate):
        return 270 - rate * 3.6

    for tick in range(0, 70, 20):
        sheet.line(60, down(tick), 615, down(tick))
        sheet.say(50, down(tick) + 4, tick, anchor="end", colour=SOFT, size=12)
    for tick in range(0, 6001, 1000):
        sheet.say(across(tick), 290, tick, colour=SOFT, size=12)
    sheet.line(60, down(20), 615, down(20), RED, 2, "6 4")
    sheet.say(612, down(20) - 34, w("每一站的真实机会：20", "the true chance everywhere: 20"), anchor="end", colour=RED, size=13)
    for many, repairs in rows:
        sheet.dot(across(many), down(1000 * repairs / many))
    sheet.say(338, 314, w("该站的骑行次数", "rides at the station"), colour=SOFT, size=12)
    sheet.say(60, 24, w("每千次骑行的维修数", "repairs per 1000 rides"), anchor="start", colour=SOFT, size=12)
    return sheet.text()


def clouds(_data, w):
    """Four clouds of points and their correlations."""
    dice = random.Random(7)

    def noise():
        return sum(dice.random() for _ in range(4)) - 2

    xs = [n / 2 for n in range(1, 41)]
    straight = [(x, 2 + 0.7 * x + 3 * noise()) for x in xs]
    none = [(x, 9 + 5 * noise()) for x in xs]
    curved = [(x, 17 - 0.15 * (x - 10.25) ** 2 + noise()) for x in xs]
    lonely = [(2 + 2 * noise(), 4 + 2 * noise()) for _ in range(25)] + [(19, 17)]
    sheet = Sheet(660, 470, w("四团点和它们的相关系数", "Four clouds and their correlation"))
    names = (w("一条直线的趋势", "a straight tendency"), w("没有关系", "no relation"), w("弯的关系", "a bent relation"), w("一个点撑起来的", "held up by one point"))
    for place, (name, cloud) in enumerate(zip(names, (straight, none, curved, lonely), strict=True)):
        left, top = 30 + (place % 2) * 320, 20 + (place // 2) * 225
        sheet.line(left, top + 185, left + 280, top + 185, SOFT)
        sheet.line(left, top + 30, left, top + 185, SOFT)
        for x, y in cloud:
            sheet.dot(left + 8 + x * 13, top + 180 - y * 7.6, RED if (x, y) == (19, 17) else BLUE, 3.4)
        r = statistics.correlation([x for x, _ in cloud], [y for _, y in cloud])
        sheet.say(left + 140, top + 18, f"{name}   r = {r:.2f}".replace("-", "−"))
    return sheet.text()


def turning(_data, w):
    """Two workshops: the rate of bikes back within a day, for easy and hard repairs and for all."""
    mended = {w("小修", "easy"): ((29, 30), (65, 70)), w("大修", "hard"): ((43, 70), (16, 30)), w("全部", "all"): ((72, 100), (81, 100))}
    rows = [(name, 100 * east[0] / east[1], 100 * west[0] / west[1]) for name, (east, west) in mended.items()]
    sheet = Sheet(640, 240, w("每一类都是河东快，合起来却是河西快", "East is faster in each kind, West is faster in all"))

    def at(value):
        return 105 + (value - 40) * 8.2

    for tick in range(40, 101, 20):
        sheet.line(at(tick), 40, at(tick), 190)
        sheet.say(at(tick), 210, f"{tick}%", colour=SOFT, size=12)
    for place, (name, east, west) in enumerate(rows):
        y = 65 + place * 52
        sheet.say(95, y + 5, name, anchor="end")
        sheet.line(at(east), y, at(west), y, SOFT, 2)
        sheet.dot(at(east), y, BLUE, 8)
        sheet.bar(at(west) - 7, y - 7, 14, 14, RED)
    sheet.say(250, 24, w("● 河东", "● East"), colour=BLUE)
    sheet.say(350, 24, w("■ 河西", "■ West"), colour=RED)
    sheet.say(360, 230, w("一天之内修好的比例", "mended within a day"), colour=SOFT, size=12)
    return sheet.text()


def waves(data, w):
    """Hires of 26 weeks, day by day and as a mean of seven days."""
    hires = [int(row["hires"]) if row["hires"] else None for row in table(data / "days.csv")]
    sheet = Sheet(660, 300, w("每天的租车数与七天平均", "Hires by day, and the mean of seven days"))

    def point(day, value):
        return 50 + day * 3.25, 265 - (value - 300) * 0.54

    for tick in range(300, 701, 100):
        y = point(0, tick)[1]
        sheet.line(50, y, 645, y)
        sheet.say(42, y + 4, tick, anchor="end", colour=SOFT, size=12)
    for day, value in enumerate(hires):
        if value is not None:
            sheet.dot(*point(day, value), "#7fb0c0", 2.4)
    run = []
    for day in range(6, len(hires) + 1):
        window = hires[day - 6 : day + 1] if day < len(hires) else [None]
        if None not in window:
            run.append(point(day, statistics.mean(window)))
        elif run:
            sheet.path(run, RED, 2.4)
            run = []
    for week in range(0, 27, 4):
        sheet.say(50 + week * 7 * 3.25, 284, w(f"{week} 周", f"week {week}"), colour=SOFT, size=12)
    sheet.say(50, 22, w("蓝点：每天　红线：最近七天的平均", "dots: each day, line: mean of the last seven"), anchor="start", colour=SOFT, size=12)
    return sheet.text()


def answers(_data, w):
    """Who rides and who answered the questionnaire, by age."""
    groups = [(w("25 岁以下", "under 25"), 38, 12), ("25–44", 34, 24), ("45–64", 20, 36), (w("65 岁以上", "65 and over"), 8, 28)]
    sheet = Sheet(640, 290, w("骑车的人和答卷的人", "Those who ride and those who answered"))
    for tick in (0, 20, 40):
        sheet.line(50, 230 - tick * 4.4, 620, 230 - tick * 4.4)
        sheet.say(44, 234 - tick * 4.4, f"{tick}%", anchor="end", colour=SOFT, size=12)
    for place, (name, ride, answer) in enumerate(groups):
        left = 75 + place * 140
        for at, value, colour in ((left, ride, BLUE), (left + 48, answer, RED)):
            sheet.bar(at, 230 - value * 4.4, 42, value * 4.4, colour)
            sheet.say(at + 21, 224 - value * 4.4, f"{value}%", colour=colour, size=13)
        sheet.say(left + 45, 252, name, size=13)
    sheet.say(75, 278, w("■ 骑车的人", "■ of those who ride"), anchor="start", colour=BLUE)
    sheet.say(600, 278, w("■ 答卷的人", "■ of those who answered"), anchor="end", colour=RED)
    return sheet.text()


def luck(_data, w):
    """All 924 ways of dividing twelve bikes in two halves, and where the real division lies."""
    values = [3, 5, 2, 4, 3, 6, 6, 8, 5, 7, 9, 6]
    gaps = [round(sum(values) - 2 * sum(values[i] for i in half)) for half in combinations(range(12), 6)]
    real = sum(values[6:]) - sum(values[:6])
    sheet = Sheet(640, 290, w("924 种分法的差", "The gap in 924 divisions"))
    counts = {gap: gaps.count(gap) for gap in sorted(set(gaps))}
    for gap, count in counts.items():
        tall = count * 190 / max(counts.values())
        sheet.bar(320 + gap * 11.5 - 10, 235 - tall, 20, tall, RED if abs(gap) >= real else BLUE)
    sheet.line(40, 235, 600, 235, SOFT)
    for tick in range(-18, 19, 6):
        sheet.say(320 + tick * 11.5, 254, f"{tick / 6:+.0f}".replace("-", "−").replace("+0", "0"), colour=SOFT, size=12)
    far = sum(abs(gap) >= real for gap in gaps)
    sheet.say(40, 28, w(f"红色：差至少有实际那么大（{real / 6:g}），924 种里有 {far} 种", f"red: a gap at least as large as the real one ({real / 6:g}), {far} of 924"), anchor="start", colour=RED, size=13)
    sheet.say(320, 278, w("两组平均数之差", "difference of the two means"), colour=SOFT, size=12)
    return sheet.text()


FIGURES = (middle, spread, shapes, funnel, clouds, turning, waves, answers, luck)


def main(data, where):
    where.mkdir(parents=True, exist_ok=True)
    for figure in FIGURES:
        for locale, words in (("zh-CN", lambda zh, _en: zh), ("en", lambda _zh, en: en)):
            (where / f"{figure.__name__}.{locale}.svg").write_text(figure(data, words), encoding="utf-8")


if __name__ == "__main__":
    course = Path(__file__).parents[1]
    main(course / "data", Path(sys.argv[1]) if len(sys.argv) > 1 else course / "figures")
