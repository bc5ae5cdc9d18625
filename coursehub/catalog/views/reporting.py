"""The importer's report as the rows a page shows."""

from typing import Any

from flask_babel import gettext as _

from coursehub.catalog import words

Row = tuple[str, int, str, list[str]]


def report_rows(report: dict[str, Any]) -> list[Row]:
    """What became of the files, and what to look at: name, count, state, lines."""
    fates = report.get("fates", [])
    rows: list[Row] = [
        (name, report["counts"][fate], fate, [_fate(one) for one in fates if one["fate"] == fate])
        for fate, name in (("kept", _("Kept as they are")), ("converted", _("Converted")), ("dropped", _("Left out")))
    ]  # fmt: skip
    listed = [
        ("stub", _("Pages that say next to nothing"), report["stubs"]),
        ("orphan", _("Pages that are not in the table of contents"), report["orphans"]),
        ("broken", _("Links and images that lead nowhere"), _lines(report["broken_links"])),
        ("stub", _("Images without a description"), _lines(report["missing_alt"])),
        ("stub", _("Cells that are meant to fail"), _lines(report["expected_errors"])),
        (
            "stub",
            _("Other remarks"),
            [f"{one['page']}: {words.remark_words(one)}" for one in report["remarks"] if one["kind"] != "box"],
        ),
    ]
    return rows + [(name, len(lines), state if lines else "kept", lines) for state, name, lines in listed]


def _lines(remarks: list[dict[str, str]]) -> list[str]:
    return [f"{one['page']}: {one['detail']}" for one in remarks]


def _fate(one: dict[str, str]) -> str:
    return f"{one['path']}: {words.reason_words(one['reason'])}"
