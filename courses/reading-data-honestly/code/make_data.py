"""Makes the data of this course. All of it is invented: there is no town of Weidu, and no ride was ever ridden.

Run it in the folder of the course: `python code/make_data.py [where]`. The seed is fixed, so every run gives the same files.
"""

import csv
import random
import sys
from pathlib import Path

PLACES = ["dock", "market", "school", "hill", "mill", "temple", "park", "bridge"]


def write(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows(rows)


def rides():
    """One Saturday's rides: short trips to the market and long ones along the river, in one column (lesson 5)."""
    dice = random.Random(5)
    rows = []
    for ride in range(1, 241):
        trip = dice.random() < 0.6
        middle, width = (11, 4) if trip else (42, 8)
        spread = sum(dice.random() for _ in range(4)) - 2
        rows.append([ride, dice.choice(PLACES), dice.randint(7, 20), max(2, round(middle + width * 1.7 * spread))])
    return rows


def stations():
    """Repairs at 60 stations where every ride has the same chance of 20 in 1000 of ending in one (lesson 6)."""
    dice = random.Random(6)
    rows = []
    for number in range(1, 61):
        many = round(40 * 150 ** dice.random())
        rows.append([f"S{number:02d}", many, sum(dice.random() < 0.02 for _ in range(many))])
    return rows


def days():
    """Hires on each day of 26 weeks: a week has its shape, the months rise slowly, and two days were not counted (lesson 9)."""
    dice = random.Random(9)
    week = [0.92, 0.9, 0.94, 0.96, 1.04, 1.22, 1.12]
    rows = []
    for day in range(182):
        level = 400 + day * 0.8
        hires = round(level * week[day % 7] * (0.93 + 0.14 * dice.random()))
        rows.append([day + 1, "Mon Tue Wed Thu Fri Sat Sun".split()[day % 7], "" if day in (58, 131) else hires])
    return rows


def lights():
    """A trial of new lights: they went mostly to the hill, where everything breaks more often (lesson 12)."""
    dice = random.Random(12)
    chance = {("valley", "old"): 0.030, ("valley", "new"): 0.018, ("hill", "old"): 0.090, ("hill", "new"): 0.065}
    counts = {("valley", "old"): 34, ("valley", "new"): 10, ("hill", "old"): 10, ("hill", "new"): 34}
    rows = []
    for (district, light), many in counts.items():
        for _ in range(many):
            trips = dice.randint(60, 140)
            rows.append([district, light, trips, sum(dice.random() < chance[district, light] for _ in range(trips))])
    dice.shuffle(rows)
    rows = [[f"B{number:03d}", *row] for number, row in enumerate(rows, 1)]
    rows[7][4] = ""
    rows[30][3] = ""
    rows[52][4] = "999"
    rows[61][3] = "?"
    rows.insert(41, list(rows[20]))
    rows.append(list(rows[3]))
    return rows


def main(where):
    write(where / "data" / "rides.csv", ["ride", "station", "hour", "minutes"], rides())
    write(where / "data" / "stations.csv", ["station", "rides", "repairs"], stations())
    write(where / "data" / "days.csv", ["day", "weekday", "hires"], days())
    for place in (where / "data", where / "steps" / "l12-code" / "starter"):
        write(place / "lights.csv", ["bike", "district", "light", "rides", "faults"], lights())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
