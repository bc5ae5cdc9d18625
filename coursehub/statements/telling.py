"""A statement in words: courses by title, clauses by number and sentence, accounts and kinds as a partner reads them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from babel.dates import format_skeleton
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.prose import channel_name, sentence_at
from coursehub.contracts.views.looking import course_titles
from coursehub.db import db
from coursehub.ledger.names import journal_kind
from coursehub.statements import queries
from coursehub.statements.months import Month

ACCOUNTS = {
    "liability:payable:held": _l("On hold"),
    "liability:payable:available": _l("Ready to be paid out"),
    "liability:payable:reserve": _l("In reserve"),
    "liability:payable:in_transit": _l("On its way to you"),
    "asset:receivable": _l("Owed by you"),
}
KINDS = {
    "sale": _l("Sale"), "hire": _l("Placement"), "hour": _l("Hours"), "period": _l("Pass"), "true_up": _l("True-up of the month"),
    "guarantee": _l("Guaranteed minimum"), "refund": _l("Refund"), "dispute": _l("Taken by the buyer's bank"),
    "reinstated": _l("Given back by the buyer's bank"), "rebate": _l("Rebate"),
    "reshared": _l("Shared anew"),
    "debt_paid": _l("Paid back by bank transfer"), "correction": _l("Such a payment was booked wrongly: taken off again"),
}  # fmt: skip
ROLES = {"share": _l("Share"), "discount": _l("Discount borne"), "fee_cost": _l("Fee kept by the payment provider")}


@dataclass(frozen=True)
class ToldLine:
    """A line of a statement as a reader reads it. n: its place in the data, from 0."""

    n: int
    course: str
    kind: str
    channel: str
    role: str
    clause: str
    sentence: str
    events: int
    amount_minor: int


def told_lines(data: Mapping[str, Any], locale: str) -> list[ToldLine]:
    """Every line in one language; clauses as signed."""
    titles = titles_of(data, locale)
    told = []
    for n, line in enumerate(data["lines"]):
        spoken = sentence_at(contracts.body_hashed(line["terms_hash"]), line["path"], locale)
        told.append(
            ToldLine(
                n=n, course=titles.get(line["course"], line["course"]), kind=line["kind"],
                channel=channel_name(line["channel"], locale), role=line["role"], clause=spoken.number if spoken else "",
                sentence=spoken.text if spoken else _said(line), events=line["events"], amount_minor=line["amount_minor"],
            )
        )  # fmt: skip
    return told


def _said(line: Mapping[str, Any]) -> str:
    """What stands for a clause where terms speak none: the contest after which a sale was shared anew, of it or of a fact."""
    path = str(line["path"])
    if line["kind"] != "reshared":
        return path
    if path.startswith("/facts/"):
        _root, fact, ended = path.removeprefix("/").split("/")
        if ended == "stands":
            return str(_("Fact %(id)s was contested and stands: put right what was shared without it", id=fact))
        return str(_("Fact %(id)s never counted: put right what was shared by it", id=fact))
    return str(_("Contest %(id)s: it was put right how the sale came", id=path.rpartition("/contests/")[2]))


def by_course(lines: Sequence[ToldLine]) -> dict[str, list[ToldLine]]:
    """The lines of each course, in their order."""
    found: dict[str, list[ToldLine]] = {}
    for line in lines:
        found.setdefault(line.course, []).append(line)
    return found


def titles_of(data: Mapping[str, Any], locale: str) -> dict[str, str]:
    """What the courses of a statement are called, by their public id."""
    courses = queries.courses_named(sorted({line["course"] for line in data["lines"]}))
    titles = course_titles(courses, locale)
    return {course.public_id: titles[course.id] for course in courses}


def titles_by_id(course_ids: Collection[int]) -> dict[int, str]:
    """What these courses are called in the reader's language."""
    courses = db.session.execute(sa.select(Course).where(Course.id.in_(set(course_ids)))).scalars().all()
    return course_titles(courses)


def payout_named(effect_key: str) -> str | None:
    """The public id of the payout that a journal is about, if it is about one."""
    kind, _colon, rest = effect_key.partition(":")
    return rest.partition(":")[0] if kind == "payout" else None


def references_of(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The contracts behind the lines: (reference, hash of the terms)."""
    found = []
    for terms_hash in dict.fromkeys(line["terms_hash"] for line in data["lines"]):
        contract = contracts.contract_of(terms_hash)
        found.append((contract.reference if contract else "", terms_hash))
    return sorted(found)


def account_words(code: str) -> str:
    """What stands on an account, as its partner says it."""
    return str(ACCOUNTS.get(code, code))


def kind_words(kind: str) -> str:
    """What happened, in a word."""
    return str(KINDS[kind]) if kind in KINDS else journal_kind(kind)


def month_name(month: Month, locale: str) -> str:
    """A month as people write it."""
    return str(format_skeleton("yMMMM", month.first, locale="en" if locale == "en" else "zh_Hans_CN"))


def held_beside(data: Mapping[str, Any]) -> int:
    """What is on hold though no later day says so: past its day and not moved yet, or (below zero) moved before it."""
    standing = int(data["closing"].get("liability:payable:held", 0))
    return standing - sum(int(one["amount_minor"]) for one in data["held"])
