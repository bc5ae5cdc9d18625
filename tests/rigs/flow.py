"""What a flow of money is for the crash rig. Each room keeps its flows in a file of its own and names them in `FLOWS` there;
`flows.py` puts them together. A room that comes adds its file, and one line there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask

Facts = dict[str, Any]


@dataclass(frozen=True)
class Flow:
    """One flow of money; `facts` are what `prepare` wrote down, as plain data."""

    prepare: Callable[[Flask, datetime], Facts]
    act: Callable[[Flask, Facts, datetime], None]
    again: Callable[[Flask, Facts, datetime], None]
