"""A small course of a partner, written here, as the zip file they would upload."""

import io
import zipfile
from pathlib import Path

COURSE = """\
format = "coursehub-course/1"
slug = "{slug}"
version = "1.0.0"
license = "CC-BY-4.0"
languages = ["en", "zh-CN"]
level = "beginner"
teachers = ["Pia"]

[title]
en = "{name}: reading a map"
zh-CN = "{name}：读懂地图"

[summary]
en = "Two lessons about scale and contour lines, with a quiz. For people who walk."
zh-CN = "两课讲比例尺与等高线，附一次测验。写给走路的人。"

[outcomes]
en = ["Measure a distance on a map"]
zh-CN = ["在地图上量出距离"]

[[skills]]
code = "data.analysis"
level = 1
name.en = "Data analysis"
name.zh-CN = "数据分析"

[[phases]]
id = "walk"
title.en = "Before the walk"
title.zh-CN = "出发之前"

[[phases.lessons]]
id = "scale"
minutes = 10
preview = true
title.en = "Scale"
title.zh-CN = "比例尺"
summary.en = "How far is far."
summary.zh-CN = "多远算远。"
steps = ["scale-read", "scale-quiz"]

[[phases.lessons]]
id = "lines"
minutes = 12
title.en = "Contour lines"
title.zh-CN = "等高线"
summary.en = "How steep is steep."
summary.zh-CN = "多陡算陡。"
steps = ["lines-read"]
"""

READ = """\
kind = "text"

[title]
en = "{en}"
zh-CN = "{zh}"

[acceptance]
rule = "read"
text.en = "Read to the end and say so."
text.zh-CN = "读到最后，并确认读过。"
"""

QUIZ = """\
kind = "quiz"
attempts = 0
pass_percent = 100

[title]
en = "How far is it"
zh-CN = "有多远"

[acceptance]
rule = "passed"
text.en = "Answer the question."
text.zh-CN = "答对这道题。"

[[questions]]
id = "far"
kind = "numeric"
points = 1
answer = "2"
tolerance = "0"
prompt.en = "At 1:50,000, how many kilometres are 4 cm?"
prompt.zh-CN = "比例尺 1:50000，4 厘米是多少千米？"
explanation.en = "4 cm times 50,000 is 200,000 cm, which is 2 km."
explanation.zh-CN = "4 厘米乘以 50000 等于 200000 厘米，即 2 千米。"
"""

TEXTS = {
    "scale-read/en.md": "A map of 1:50,000 shows half a kilometre in one centimetre. Put a ruler on the path, read the centimetres, and "
    "multiply them by the number in the scale. Paths are not straight, so measure them in short pieces.\n\n$$ d = s \\times m $$\n",
    "scale-read/zh-CN.md": "比例尺为 1:50000 的地图，用一厘米表示半千米。把尺子放在路线上，读出厘米数，再乘以比例尺里的数。"
    "路不会是直的，所以要一小段一小段地量，量完再加起来。弯越多，段要越短。\n\n$$ d = s \\times m $$\n",
    "lines-read/en.md": "Each contour line joins places of the same height. Lines that lie close together mean a steep slope, and wide "
    "gaps mean a gentle one. Count the lines you cross, and you know how far you climb on the way to the hut.\n",
    "lines-read/zh-CN.md": "每条等高线连着高度相同的地方。线越密，坡越陡；线越疏，坡越缓。数一数路线穿过多少条线，"
    "就知道走到小屋一共要爬多高。先数上坡，再数下坡，两个数都要记在纸上。\n",
}


def write_package(file: Path, *, slug: str, name: str) -> Path:
    """Write the zip file."""
    parts = {
        "course.toml": COURSE.format(slug=slug, name=name),
        "steps/scale-read/step.toml": READ.format(en="One centimetre", zh="一厘米"),
        "steps/lines-read/step.toml": READ.format(en="Close lines", zh="密集的线"),
        "steps/scale-quiz/step.toml": QUIZ,
        **{f"steps/{path}": text for path, text in TEXTS.items()},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(f"{slug}/{path}", text)
    file.write_bytes(packed.getvalue())
    return file
