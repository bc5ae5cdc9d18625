"""Small course packages written for these tests, as files in memory, and how to pack them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)

COURSE = """
format = "coursehub-course/1"
slug = "tides"
version = "1.0.0"
license = "CC BY 4.0"
languages = ["en", "zh-CN"]
level = "beginner"
teachers = ["Pia Berg"]

[title]
en = "Reading the tide"
zh-CN = "读懂潮汐"

[summary]
en = "How the sea rises and falls, and how to work it out."
zh-CN = "海水怎样涨落，又怎样计算。"

[outcomes]
en = ["Read a tide table"]
zh-CN = ["读懂潮汐表"]

[[skills]]
code = "data.literacy"
level = 2

[[skills]]
code = "sea.faring"
level = 1

[[phases]]
id = "shore"
title.en = "At the shore"
title.zh-CN = "在岸边"

[[phases.lessons]]
id = "l1"
minutes = 20
preview = true
title.en = "High and low"
title.zh-CN = "高潮与低潮"
steps = ["l1-read", "l1-quiz"]

[[phases.lessons]]
id = "l2"
minutes = 25
title.en = "A table"
title.zh-CN = "一张表"
steps = ["l2-read", "l2-code"]
"""

READ = """
kind = "text"
title.en = "{en}"
title.zh-CN = "{zh}"
[acceptance]
rule = "read"
text.en = "Read to the end."
text.zh-CN = "读完即可。"
"""

QUIZ = """
kind = "quiz"
title.en = "What did you see?"
title.zh-CN = "您看到了什么"
attempts = 3
pass_percent = 50

[acceptance]
rule = "passed"
text.en = "Half of the questions right."

[[questions]]
id = "how-often"
kind = "single"
points = 2
prompt.en = "How often is the water *high* in a day?"
prompt.zh-CN = "一天里有几次*高*潮？"
explanation.en = "The moon pulls on both sides."
[[questions.choices]]
id = "once"
text.en = "Once"
text.zh-CN = "一次"
feedback.en = "There is a second one."
[[questions.choices]]
id = "twice"
correct = true
text.en = "Twice"
text.zh-CN = "两次"

[[questions]]
id = "height"
kind = "numeric"
answer = "3.5"
tolerance = "0.1"
prompt.en = "Low water 1.0 m, range 2.5 m: how high is high water?"
[[questions.mistakes]]
answer = "1.5"
feedback.en = "You took the difference."

[[questions]]
id = "order"
kind = "ordering"
prompt.en = "Put in order"
[[questions.items]]
id = "low"
text.en = "low"
[[questions.items]]
id = "high"
text.en = "high"
"""

CODE = """
kind = "code"
title.en = "Work it out"
title.zh-CN = "算一算"
language = "python"
[acceptance]
rule = "passed"
[hints]
en = ["Subtract."]
[[cases]]
id = "plain"
visible = true
title.en = "A plain day"
call = "tidal_range"
args = "[1.0, 3.5]"
expect = "2.5"
"""


def house_course(**changes: str) -> dict[str, bytes]:
    """A two-lesson course in the house's format; keyword `version` changes its version."""
    files = {
        "course.toml": COURSE.replace('version = "1.0.0"', f'version = "{changes.get("version", "1.0.0")}"'),
        "steps/l1-read/step.toml": READ.format(en="Twice a day", zh="一天两次"),
        "steps/l1-read/en.md": "# Twice a day\n\nThe water rises ![a gauge](gauge.png), and falls. Then see [the table](../l2-read/en.md).\n",
        "steps/l1-read/zh-CN.md": "# 一天两次\n\n海水涨起来 ![水尺](gauge.png)，又落下去。接着看[那张表](../l2-read/zh-CN.md)。\n",
        "steps/l1-quiz/step.toml": QUIZ,
        "steps/l2-read/step.toml": READ.format(en="The table", zh="那张表"),
        "steps/l2-read/en.md": changes.get("table", "A table of $h = h_0 + r$ with [data](tides.csv) for the whole month.\n"),
        "steps/l2-read/zh-CN.md": "这张表按 $h = h_0 + r$ 列出整个月，[数据](tides.csv)在这里。\n",
        "steps/l2-code/step.toml": CODE,
        "steps/l2-code/en.md": "Write `tidal_range(low, high)` that gives the difference of the two heights.\n",
        "steps/l2-code/zh-CN.md": "写出 `tidal_range(low, high)`，给出两个高度之差。\n",
        "steps/l2-code/starter/solution.py": "def tidal_range(low, high):\n    ...\n",
        "steps/l2-code/reference/solution.py": "def tidal_range(low, high):\n    return high - low\n",
        "steps/l2-code/wrong/1-sum.py": "def tidal_range(low, high):\n    return high + low\n",
        "notes.txt": "not part of the course",
    }
    packed = {name: text.encode() for name, text in files.items()}
    packed["steps/l1-read/gauge.png"] = PNG
    packed["steps/l2-read/tides.csv"] = b"day,high\n1,3.5\n"
    return packed


def pack(files: Mapping[str, bytes | str], folder: str = "") -> bytes:
    """The files as the bytes of a zip, below a folder if one is named."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(folder + name, data)
    return out.getvalue()


def packed_at(path: Path, files: Mapping[str, bytes | str], folder: str = "") -> Path:
    """The files as a zip at `path`."""
    path.write_bytes(pack(files, folder))
    return path
