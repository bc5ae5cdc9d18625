"""Printed matter: typst templates in `pdf_templates/`, values passed as data and never as markup.

The Chinese font comes from the setting COURSEHUB_PDF_FONT_PATH, else from the npm
package `@expo-google-fonts/noto-sans-sc` beside the checkout, else from the system.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursehub.config import current_settings, root
from coursehub.errors import Refusal

if TYPE_CHECKING:
    import typst

CHINESE = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei")
LATIN = ("Noto Sans", "Inter", "Source Sans 3", "Liberation Sans", "DejaVu Sans")
_FOLDER = Path(__file__).parent / "pdf_templates"


class NoChineseFont(Refusal):
    """This document cannot be printed here, because no Chinese font is installed. Its page stays readable as it is."""

    status = 503


def render(template_name: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """A PDF from `pdf_templates/<template_name>.typ`; the template finds `data` as JSON in `sys.inputs.data`.

    at: the moment written into the file, so that the same data give the same bytes.
    Raises NoChineseFont.
    """
    import typst  # seven megabytes that a page never needs

    fonts = _fonts(current_settings().pdf_font_path)
    chinese = chinese_family(current_settings().pdf_font_path)
    if chinese is None:
        raise NoChineseFont
    latin = [family for family in LATIN if family in fonts.families()]
    whole = {**data, "fonts": [*latin[:1], chinese]}
    compiler = typst.Compiler(_FOLDER / f"{template_name}.typ", root=_FOLDER, font_paths=fonts)
    moment = at.astimezone(UTC).replace(microsecond=0)  # a PDF's dates know no finer time, and typst refuses one
    made = compiler.compile(format="pdf", sys_inputs={"data": json.dumps(whole)}, timestamp=moment)
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single PDF")
    return made


def chinese_family(font_path: str) -> str | None:
    """The name of the Chinese font that is used, or None where there is none; asked by the preflight too."""
    there = set(_fonts(font_path).families())
    return next((family for family in CHINESE if family in there), None)


@cache
def _fonts(font_path: str) -> "typst.Fonts":
    """Every font we may use; reading them takes a tenth of a second, so once."""
    import typst

    fetched = root() / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    folders = [str(place) for place in (Path(font_path) if font_path else None, fetched) if place and place.exists()]
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=folders)
