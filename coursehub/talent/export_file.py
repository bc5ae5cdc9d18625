"""The file of an export: one row for each person, without a name, and the mark of the export in every row. No database."""

from collections.abc import Callable, Iterable
from datetime import date

from coursehub.talent.queries.pool import Hit


def rows_of(
    hits: Iterable[Hit],
    *,
    mark: str,
    link: Callable[[str], str],
    day: Callable[[date], str],
    yes: str,
    form: Callable[[str], str],
) -> list[list[str]]:
    """The rows of the file, in the order of its columns (`views/exports.py`)."""
    return [
        [
            hit.short_id, link(hit.public_id), hit.headline, hit.city, yes if hit.remote else "", str(hit.weekly_hours),
            day(hit.available_from) if hit.available_from else "", ", ".join(form(each) for each in hit.forms),
            ", ".join(f"{held.name} {held.level} ({day(held.proven_at.date())})" for held in hit.skills),
            yes if hit.quiet else "", mark,
        ]
        for hit in hits
    ]  # fmt: skip
