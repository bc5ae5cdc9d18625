"""Worked examples in shell: what stands on a page is run again, and its output is compared.

All shell blocks of a page are one session in one folder, as a reader would type them.
A `text` block right after a shell block is what that block prints; a block with none
after it prints nothing. Identity, dates and settings are pinned, so commit numbers are
the same on every machine.
"""

import os
import re
import subprocess
from pathlib import Path

BLOCK = re.compile(r"^```shell\n((?:(?!```).*\n)+)```$(?:\n\n```text\n((?:(?!```).*\n)+)```$)?", re.M)
_END = "\x1e"
_SETTINGS = "[user]\n\tname = Lin\n\temail = lin@example.com\n[init]\n\tdefaultBranch = main\n"
_WHEN = "2026-03-02T09:00:00+08:00"


def shell_blocks(page: str) -> list[tuple[str, str]]:
    """Each shell block of a page with the output printed below it (empty where none is)."""
    return BLOCK.findall(page)


def printed_by(blocks: list[str], folder: Path) -> list[str]:
    """What each block of one session prints, on both of its outputs, in the order of a terminal."""
    settings, desk = folder / "settings", folder / "desk"
    desk.mkdir()
    settings.write_text(_SETTINGS, encoding="utf-8")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC-8",
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DEFAULT_HASH": "sha1",
        "GIT_DEFAULT_REF_FORMAT": "files",
        "GIT_AUTHOR_DATE": _WHEN,
        "GIT_COMMITTER_DATE": _WHEN,
        "GIT_EDITOR": "true",
        "GIT_PAGER": "cat",
    }
    script = "".join(f"{block}\nprintf '\\036'\n" for block in blocks)
    done = subprocess.run(
        ["sh", "-c", script], cwd=desk, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=60, check=False,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace").split(_END)[:-1]


def odd_output(page: str, folder: Path) -> list[str]:
    """The blocks of a page that print something else than the page says, each with what came out."""
    blocks = shell_blocks(page)
    printed = printed_by([code for code, _said in blocks], folder)
    printed += ["(the session ended before this block)"] * (len(blocks) - len(printed))
    return [
        f"{code}--- says ---\n{said}--- prints ---\n{out}"
        for (code, said), out in zip(blocks, printed, strict=True)
        if out != said
    ]
