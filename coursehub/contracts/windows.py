"""What the compiler asks of clauses beyond one sale: volume, dates, the last day, ceilings, costs, guarantees, reserves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import TypeVar

from flask_babel import lazy_gettext as _l

from coursehub.contracts.clauses import Guarantee
from coursehub.contracts.counters import day_of, midnight
from coursehub.contracts.shape import Problem
from coursehub.contracts.shifts import anniversary
from coursehub.contracts.terms import Rate, TermsBody


def check(body: TermsBody) -> Iterator[Problem]:
    """Everything about them that keeps well-formed terms from being offered."""
    yield from _check_rate(body.rates.rest, "/rates/rest")
    yield from check_before_end(body, [later.begins for later in body.rates.rest.later], "/rates/rest/later")
    yield from _check_end(body)
    if body.rates.ceiling and not body.rates.ceiling.amount_minor:
        yield Problem("/rates/ceiling", _l("A ceiling of nothing leaves the platform nothing. Raise it or remove it."))
    yield from _check_costs(body)
    yield from _check_guarantees(body)
    yield from _check_triggers(body)
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


def check_before_end(body: TermsBody, moments: Sequence[str], path: str) -> Iterator[Problem]:
    """Refuse days that come only when the terms are over: nothing would ever follow them."""
    if body.ends is not None and any(moment >= body.ends for moment in moments):
        yield Problem(path, _l("The terms are over by then. Choose an earlier day, a later last day, or leave it out."))


def _check_end(body: TermsBody) -> Iterator[Problem]:
    if body.ends is None:
        return
    if not _is_day(body.ends):
        yield Problem("/ends", _l("There is no such day. Choose another date."))
        return
    if midnight(day_of(body.ends)) != body.ends:
        yield Problem(
            "/ends",
            _l("Terms end with a whole day in Beijing. Write the first moment after it, such as 2026-12-31T16:00:00Z."),
        )
    if body.starts is None or not _is_day(body.starts):
        return
    if body.ends <= body.starts:
        yield Problem("/ends", _l("The last day lies before the beginning. Choose a later one."))
        return
    for n, promise in enumerate(body.guarantees):
        if body.ends < _first_close(promise, body.starts):
            refusal = _l(
                "The terms end before the first month or year of this guarantee does, so it would never add anything. "
                "Let them end with it or later, or leave it out."
            )
            yield Problem(f"/guarantees/{n}", refusal)


def _check_triggers(body: TermsBody) -> Iterator[Problem]:
    for n, trigger in enumerate(body.governance.triggers):
        path = f"/governance/triggers/{n}"
        if trigger.measure != "yearly":
            if not trigger.points_bps:
                yield Problem(path, _l("Nothing says how far a part may move. Give the percentage points, or leave it out."))
            continue
        if trigger.points_bps:
            yield Problem(path, _l("A year is counted in days, not in percentage points. Leave the points out."))
        dated = body.starts is not None and body.ends is not None and _is_day(body.starts) and _is_day(body.ends)
        if dated and day_of(body.ends or "") <= anniversary(day_of(body.starts or ""), 1):
            yield Problem(path, _l("The terms are over before a year has passed. Let them go on for longer, or leave it out."))


def _is_day(moment: str) -> bool:
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def _first_close(promise: Guarantee, starts: str) -> str:
    """When the first window of a guarantee is over; terms that hold until then owe it whole (decision 60)."""
    day = day_of(starts)
    if promise.window == "year":
        return midnight(date(day.year + 1, 1, 1))
    return midnight(date(day.year + day.month // 12, day.month % 12 + 1, 1))


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
