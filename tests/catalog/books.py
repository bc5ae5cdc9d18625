"""A small Jupyter Book and a small Carpentries lesson, written for these tests."""

import base64
import json
from pathlib import Path

from tests.catalog.samples import PNG


def jupyter_book(marker: Path | None = None) -> dict[str, bytes | str]:
    """A Chinese book with a notebook, an orphan, a stub, broken links and a file nobody uses."""
    return {
        "_config.yml": "title: 星图\nname: star-charts\nauthor: 量潮课堂\nversion: 0.3.0\ndescription: 抬头看见的天空\nlevel: intermediate\n",
        "_toc.yml": "format: jb-book\nroot: README\nchapters:\n  - file: look/README\n    sections:\n"
        "      - file: look/constellations\n        sections:\n          - file: look/notebook\n          - file: look/never-written\n"
        "      - file: look/watch\n  - file: measure\n",
        "README.md": "# 星图\n\n今天晚上我们一起看天上的星星，参见[下一页](look/constellations.md)和[没有的页](gone.md)。\n",
        "LICENSE": "Attribution-ShareAlike 4.0 International",
        "look/README.md": "# 看星\n",
        "look/constellations.md": "---\nlevel: introductory\n---\n# 认识星座\n\n(orion)=\n## 猎户座\n\n猎户座在冬天的夜空里最容易找到，请看图。\n\n"
        "![](../img/sky.png)\n\n![找不到](missing.png)\n",
        "look/watch.md": "# 观测\n",
        "look/notebook.ipynb": notebook(marker),
        "measure.md": "# 测量\n\n从 {ref}`orion` 出发，$d = vt$，用一只手就能量出角度。\n\n```{code-cell} ipython3\n:tags: [raises-exception]\n1/0\n```\n",
        "draft.md": "# 草稿\n\n还没有写完的一页，目录里没有它。\n",
        "img/sky.png": PNG,
        "img/nobody.png": PNG,
        ".gitignore": "_build\n",
    }


def notebook(marker: Path | None) -> str:
    """A notebook with saved outputs: text, a picture, a table with a script inside, an error."""
    touch = f"open({str(marker)!r}, 'w')" if marker else "print('hello')"
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": base64.b64encode(PNG).decode(), "text/plain": "<Figure>"}},
        {"output_type": "stream", "name": "stdout", "text": "hello from the saved output\n"},
        {
            "output_type": "execute_result", "execution_count": 1, "metadata": {},
            "data": {"text/html": "<table onerror=x><tr><td>1</td></tr></table><script>alert(1)</script><img src=x onerror=alert(1)>"},
        },
        {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "x", "traceback": ["\x1b[31mZeroDivisionError\x1b[0m: x"]},
    ]  # fmt: skip
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# 笔记本\n\n看一看下面的结果，想一想它是怎么来的。"},
        {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": 1, "source": touch, "outputs": outputs},
    ]
    return json.dumps({"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5})


EPISODE = """---
title: Shells
teaching: 20
exercises: 5
---

:::::::::::::::::::::::::::::: objectives

- Tell a shell from a stone.

::::::::::::::::::::::::::::::

Look at a [shell](../learners/reference.md#shell) closely ![](fig/shell.png){alt='a conch'} and count its turns.

```python
shells[9]
```

```error
IndexError: list index out of range
```

:::::::::::::::::::::: instructor

This is only for the teacher.

::::::::::::::::::::::

:::::::::::::::::::::: challenge

## Try it

How many turns are there?

:::::::: solution

## Solution

Seven turns.

::::::::
::::::::::::::::::::::

:::::::::::::::::::::: keypoints

- Shells turn.

::::::::::::::::::::::
"""


def carpentries_lesson() -> dict[str, bytes | str]:
    """An English lesson with one episode, a glossary, a teacher's page, data and figures."""
    return {
        "config.yaml": "title: 'Shells'\nlicense: 'CC-BY 4.0'\nlang: en\nsource: 'https://example.org/x/shells-novice'\nepisodes:\n- 01-shells.md\n",
        "index.md": "---\nsite: x\n---\n\nWalk along the beach and learn what lies there.\n",
        "episodes/01-shells.md": EPISODE,
        "episodes/fig/shell.png": PNG,
        "episodes/fig/unused.png": PNG,
        "episodes/data/shells.csv": "name,turns\nconch,7\n",
        "learners/reference.md": "# Glossary\n\n[shell]{#shell}\n:   A house that somebody has left behind.\n",
        "learners/setup.md": "# Setup\n\nBring a bucket, a towel and good shoes to the beach.\n",
        "instructors/notes.md": "# Notes\n\nCheck the tide before you go.\n",
        ".github/workflows/build.yaml": "on: push\n",
        "README.md": "# Shells\n",
    }
