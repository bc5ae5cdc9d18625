"""What the compiler asks of clauses that look at more than one sale: volume, dates, ceilings, costs, guarantees, reserves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from flask_babel import lazy_gettext as _l

from coursehub.contracts.shape import Problem
from coursehub.contracts.terms import Rate, TermsBody


def check(body: TermsBody) -> Iterator[Problem]:
    """Everything about them that keeps well-formed terms from being offered."""
    yield from _check_rate(body.rates.rest, "/rates/rest")
    if body.rates.ceiling and not body.rates.ceiling.amount_minor:
        yield Problem("/rates/ceiling", _l("A ceiling of nothing leaves the platform nothing. Raise it or remove it."))
    yield from _check_costs(body)
    yield from _check_guarantees(body)
    for measure in _twice(trigger.measure for trigger in body.governance.triggers):
        yield Problem("/governance/triggers", _l("Two triggers watch “%(measure)s”. Keep one.", measure=measure))
    if body.reserve:
        if not body.reserve.share_bps:
            yield Problem("/reserve/share_bps", _l("A reserve of 0%% keeps nothing. Raise it or remove it."))
        if body.reserve.days <= body.hold.days:
            yield Problem(
                "/reserve/days", _l("The reserve must be kept longer than the hold of %(days)s days.", days=body.hold.days)
            )


def known_party(body: TermsBody, party: str, path: str) -> Iterator[Problem]:
    """Refuse a party that the terms do not have."""
    if party not in {known.id for known in body.parties}:
        yield Problem(path, _l("“%(party)s” is not a party of this contract. Choose one of its parties.", party=party))


def check_rising(moments: Sequence[str], path: str) -> Iterator[Problem]:
    """Dates that are real, and each later than the one before."""
    for moment in moments:
        try:
            datetime.fromisoformat(moment)
        except ValueError:
            yield Problem(path, _l("There is no such day. Choose another date."))
            return
    if any(late <= early for early, late in pairwise(moments)):
        yield Problem(path, _l("Each day must be later than the one before. Put them in order."))


def _check_rate(rate: Rate, path: str) -> Iterator[Problem]:
    yield from check_rising([later.begins for later in rate.later], f"{path}/later")
    if rate.ladder and rate.later:
        yield Problem(path, _l("A rate changes by volume or by date, not both at once. Keep one of the two."))
    if not rate.ladder:
        return
    steps = [rung.above_minor for rung in rate.ladder.rungs]
    if any(high <= low for low, high in zip([0, *steps], steps, strict=False)):
        yield Problem(f"{path}/ladder", _l("Each step must begin above the one before, the first above zero. Put them in order."))


def _check_costs(body: TermsBody) -> Iterator[Problem]:
    for n, cost in enumerate(body.recoup):
        yield from known_party(body, cost.party, f"/recoup/{n}/party")
        if not cost.amount_minor or not cost.share_bps:
            yield Problem(f"/recoup/{n}", _l("Costs of nothing, or a share of 0%%, bring nothing back. Raise it or remove it."))
    for name in _twice(cost.id for cost in body.recoup):
        yield Problem("/recoup", _l("Two costs count under “%(name)s”. Give each a name of its own.", name=name))


def _check_guarantees(body: TermsBody) -> Iterator[Problem]:
    for n, one in enumerate(body.guarantees):
        yield from known_party(body, one.party, f"/guarantees/{n}/party")
        yield from known_party(body, one.funder, f"/guarantees/{n}/funder")
        if one.party == one.funder:
            yield Problem(
                f"/guarantees/{n}/funder", _l("A party cannot guarantee something to itself. Choose who adds what is missing.")
            )
        if one.funder != body.house.id:
            yield Problem(
                f"/guarantees/{n}/funder",
                _l("Only the house can add what is missing: a partner's earnings may have been paid out. Name the house."),
            )
        if not one.amount_minor or one.cap_minor == 0:
            yield Problem(
                f"/guarantees/{n}", _l("A guarantee of nothing, or with a limit of nothing, adds nothing. Raise it or remove it.")
            )
    for party, window in _twice((one.party, one.window) for one in body.guarantees):
        yield Problem(
            "/guarantees", _l("“%(party)s” has two guarantees for one %(window)s. Keep one.", party=party, window=window)
        )


_Thing = TypeVar("_Thing")


def _twice(values: Iterable[_Thing]) -> list[_Thing]:
    return [value for value, count in Counter(values).items() if count > 1]
