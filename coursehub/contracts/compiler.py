"""The compiler: refuses terms that leave a case open, say a thing twice or cannot be meant.

What it accepts is total: every sale of a covered course has exactly one answer. Each
refusal is a sentence that says how to mend the terms. It also refuses any wording by
which one side would keep the other from hiring people: those clauses are unlawful.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.core import get_global
from flask_babel import lazy_gettext as _l

from coursehub.contracts import windows
from coursehub.contracts.prose import percent
from coursehub.contracts.shape import Problem
from coursehub.contracts.terms import (
    Borne,
    ByDate,
    ByHours,
    ByModules,
    Node,
    Pay,
    Shares,
    TermsBody,
    TermsRefused,
    parse,
)
from coursehub.contracts.windows import known_party
from coursehub.money import currency_exponent
from coursehub.rails import LEAST_MINOR, Payee, payout_rails

MAX_NODES = 60
_CURRENCIES = frozenset(get_global("all_currencies"))


def compile_terms(data: object, *, payees: Mapping[str, Payee] | None = None) -> TermsBody:
    """Typed terms from JSON data, known to answer every event in their scope.

    payees: the parties that have said where they are paid; for each of them some rail must say that it reaches it.
    Raises TermsRefused with every problem, each at its path.
    """
    body = parse(data)
    problems = [*check(body), *_check_payees(body, payees or {})]
    if problems:
        raise TermsRefused(problems)
    return body


def check(body: TermsBody) -> Iterator[Problem]:
    """Everything that keeps well-formed terms from being offered."""
    yield from _check_parties(body)
    yield from _check_scope(body)
    yield from _check_fixed_and_rates(body)
    yield from _check_split(body)
    yield from _check_bearers(body)
    yield from windows.check(body)
    yield from _check_pool(body)
    yield from _check_payday(body)
    yield from _check_governance(body)
    yield from _check_words(body)


def _twice(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def _check_parties(body: TermsBody) -> Iterator[Problem]:
    for party in _twice(party.id for party in body.parties):
        yield Problem("/parties", _l("The party “%(party)s” stands here twice. Keep one.", party=party))
    houses = sum(party.side == "house" for party in body.parties)
    if houses != 1:
        yield Problem("/parties", _l("Exactly one party is the house. Name one."))
    receiving = {fixed.party for fixed in body.fixed} | {body.rates.party} | set(_receivers(body.split))
    receiving |= {cost.party for cost in body.recoup} | {one.party for one in body.guarantees}
    for n, party in enumerate(body.parties):
        if party.side == "partner" and party.id not in receiving:
            yield Problem(
                f"/parties/{n}",
                _l("Nothing in these terms gives %(name)s a share. Give it one, or take it off the parties.", name=party.name),
            )
    if body.currency not in _CURRENCIES:
        yield Problem("/currency", _l("“%(currency)s” is not a currency. Use a code such as CNY.", currency=body.currency))
    elif body.currency not in LEAST_MINOR:
        refusal = _l(
            "No payment in %(currency)s can be taken or paid here. Use one of these: %(taken)s.",
            currency=body.currency, taken=", ".join(LEAST_MINOR),
        )  # fmt: skip
        yield Problem("/currency", refusal)


def _check_scope(body: TermsBody) -> Iterator[Problem]:
    if not body.scope.courses:
        yield Problem("/scope/courses", _l("These terms cover no course. Choose at least one."))
    for course in _twice(course.id for course in body.scope.courses):
        yield Problem("/scope/courses", _l("The course “%(course)s” stands here twice. Keep one.", course=course))
    if not body.scope.events:
        yield Problem("/scope/events", _l("These terms answer no kind of event. Add “sale”."))
    if body.scope.events and "sale" not in body.scope.events:
        yield Problem("/scope/events", _l("A course that is sold needs an answer for its sales. Add “sale”."))
    if _twice(body.scope.events):
        yield Problem("/scope/events", _l("The same kind of event stands here twice. Keep one."))
    if "tax" not in body.base.deduct:
        yield Problem("/base/deduct", _l("Tax belongs to the state and cannot be shared. Add tax to what is taken off."))
    if _twice(body.base.deduct):
        yield Problem("/base/deduct", _l("The same deduction stands here twice. Keep one."))


def _check_fixed_and_rates(body: TermsBody) -> Iterator[Problem]:
    for n, fixed in enumerate(body.fixed):
        yield from known_party(body, fixed.party, f"/fixed/{n}/party")
        if not fixed.amount_minor:
            yield Problem(f"/fixed/{n}/amount_minor", _l("A fixed amount of nothing changes nothing. Raise it or remove it."))
    for party in _twice(fixed.party for fixed in body.fixed):
        yield Problem("/fixed", _l("“%(party)s” gets two fixed amounts. Put them together into one.", party=party))
    yield from known_party(body, body.rates.party, "/rates/party")
    if body.rates.party in {party.id for party in body.parties if party.side == "partner"}:
        yield Problem("/rates/party", _l("The channel rate pays for the platform, so it goes to the house. Name the house."))
    for channel in _twice(rate.channel for rate in body.rates.channels):
        yield Problem("/rates/channels", _l("Two rates answer for the channel “%(channel)s”. Keep one.", channel=channel))


def _check_split(body: TermsBody) -> Iterator[Problem]:
    nodes = list(_nodes(body.split, "/split"))
    if len(nodes) > MAX_NODES:
        yield Problem("/split", _l("The division has more than %(most)s branches. Make it simpler.", most=MAX_NODES))
    for node, path in nodes:
        if isinstance(node, Pay):
            yield from known_party(body, node.party, f"{path}/party")
        elif isinstance(node, Shares):
            yield from _check_shares(node, path)
        elif isinstance(node, ByDate):
            yield from windows.check_rising([step.ends for step in node.steps], f"{path}/steps")
            yield from windows.check_before_end(body, [step.ends for step in node.steps], f"{path}/steps")
        else:
            for n, party in enumerate(node.parties):
                yield from known_party(body, party, f"{path}/parties/{n}")
            for party in _twice(node.parties):
                yield Problem(f"{path}/parties", _l("The party “%(party)s” stands here twice. Keep one.", party=party))


def _check_shares(node: Shares, path: str) -> Iterator[Problem]:
    total = sum(share.share_bps for share in node.items)
    if total > 10_000:
        yield Problem(
            f"{path}/items",
            _l(
                "These shares add up to more than 100%%. Lower them by %(over)s points in all.",
                over=percent(total - 10_000).removesuffix("%"),
            ),
        )
    for n, share in enumerate(node.items):
        if not share.share_bps:
            yield Problem(f"{path}/items/{n}/share_bps", _l("A share of 0%% gives nothing. Raise it or remove it."))
    for label in _twice(share.label for share in node.items):
        yield Problem(f"{path}/items", _l("Two shares are for “%(label)s”. Put them together into one.", label=label))


def _check_bearers(body: TermsBody) -> Iterator[Problem]:
    for n, choice in enumerate(body.discount.opted_in):
        yield from known_party(body, choice.party, f"/discount/opted_in/{n}/party")
        if choice.campaigns == "joined" and choice.party == body.house.id:
            yield Problem(f"/discount/opted_in/{n}", _l("Sides join campaigns of the house; it joins none. Leave that out."))
    for party in _twice(choice.party for choice in body.discount.opted_in):
        yield Problem(
            "/discount/opted_in", _l("“%(party)s” is ready to bear discounts twice. Keep one floor price.", party=party)
        )
    if isinstance(body.discount.rest, Borne):
        yield from known_party(body, body.discount.rest.party, "/discount/rest/party")
    bearer = body.refund_fee.bearer
    yield from known_party(body, bearer, "/refund_fee/bearer")
    partners = {party.id for party in body.parties if party.side == "partner"}
    if bearer in partners and "rail_fee" not in body.base.deduct:
        yield Problem(
            "/refund_fee/bearer",
            _l(
                "The house already pays the payment fee of every sale, so no partner can be charged for it at a refund. "
                "Take the fee off before sharing, or let the house bear it."
            ),
        )


def _check_pool(body: TermsBody) -> Iterator[Problem]:
    covered = "period" in body.scope.events
    if covered and body.pool is None:
        yield Problem("/pool", _l("Nothing says how the course's part of a pass is reckoned. Choose a rule, or take passes out."))
    if body.pool is not None and not covered:
        yield Problem("/scope/events", _l("A rule for passes stands here, but they are not covered. Add “period”, or remove it."))


def _check_payday(body: TermsBody) -> Iterator[Problem]:
    least = max(rail.least_minor(body.currency) for rail in payout_rails())  # a partner may choose any of them
    if body.payday is not None and body.payday.minimum_minor < least:
        refusal = _l(
            "The payment provider sends nothing below %(least)s %(currency)s, so no smaller payout can be promised. Raise it.",
            least=f"{Decimal(least).scaleb(-currency_exponent(body.currency)):f}", currency=body.currency,
        )  # fmt: skip
        yield Problem("/payday/minimum_minor", refusal)


def _check_payees(body: TermsBody, payees: Mapping[str, Payee]) -> Iterator[Problem]:
    """Each rail says whether it reaches a partner; one whom none does cannot be paid."""
    for party in body.parties:
        payee = payees.get(party.id) if party.side == "partner" else None
        if payee and not any(rail.reaches(payee, body.currency) for rail in payout_rails()):
            refusal = _l(
                "%(name)s cannot be paid in %(currency)s: its bank account takes none, and no payment provider opens an account "
                "in its country. Let it give an account for %(currency)s, or choose another currency.",
                name=party.name, currency=body.currency,
            )  # fmt: skip
            yield Problem("/currency", refusal)


def _check_governance(body: TermsBody) -> Iterator[Problem]:
    signers = body.governance.signers
    for n, party in enumerate(signers):
        yield from known_party(body, party, f"/governance/signers/{n}")
    for party in _twice(signers):
        yield Problem("/governance/signers", _l("“%(party)s” would have to sign twice. Keep one.", party=party))
    for bound in body.parties:
        if bound.id not in signers:
            yield Problem(
                "/governance/signers", _l("%(name)s is bound but does not sign. Add it to those who sign.", name=bound.name)
            )
    enough = body.governance.enough
    if enough is not None and not 2 <= enough < len(signers):
        yield Problem(
            "/governance/enough",
            _l(
                "Of %(many)s who sign, 2 to %(most)s can be enough. Change it, or leave it out.",
                many=len(signers),
                most=len(signers) - 1,
            ),
        )
    if body.starts is not None:
        try:
            datetime.fromisoformat(body.starts)
        except ValueError:
            yield Problem("/starts", _l("There is no such day. Choose another date."))


_HIRE_ZH = "(?:招聘|招募|招揽|雇佣|雇用|聘用|录用|挖角|挖人|挖走)"
_HIRE_EN = r"(?:hir(?:e|es|ing)|recruit\w*|employ(?!er pays)\w*|poach\w*|solicit\w*|headhunt\w*)"
_FORBIDDEN = [
    re.compile(pattern)
    for pattern in (
        rf"(?:不得|不可|不准|不能|不许|不会|不应|不再|互不|禁止|避免|承诺不).{{0,16}}{_HIRE_ZH}",
        rf"(?:同意|许可|批准|准许|征询|询问|告知|通知).{{0,16}}{_HIRE_ZH}",
        rf"{_HIRE_ZH}.{{0,24}}(?:同意|许可|批准|准许|征询|询问)",
        r"竞业(?:限制|禁止)",
        r"\b(?:no|non|anti)[\s-]*(?:hir\w*|poach\w*|solicit\w*|compet\w*)",
        rf"\b(?:not|never|refrain\w*|abstain\w*|neither|nor)\b.{{0,60}}\b{_HIRE_EN}",
        rf"\b(?:ask\w*|permission|consent\w*|approv\w*|permit\w*|allow\w*|inform\w*)\b.{{0,60}}\b{_HIRE_EN}",
        rf"\b{_HIRE_EN}\b.{{0,60}}\b(?:permission|consent\w*|approv\w*|permit\w*|ask\w*)\b",
    )
]


def keeps_from_hiring(text: str) -> bool:
    """Whether a text reads like a no-hire, no-solicit or ask-permission clause."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return any(pattern.search(plain) for pattern in _FORBIDDEN)


def _check_words(body: TermsBody) -> Iterator[Problem]:
    texts = {"/note": body.note}
    for n, party in enumerate(body.parties):
        texts |= {f"/parties/{n}/name": party.name, f"/parties/{n}/name_en": party.name_en}
    for n, course in enumerate(body.scope.courses):
        texts |= {f"/scope/courses/{n}/title": course.title, f"/scope/courses/{n}/title_en": course.title_en}
    for path, text in texts.items():
        if keeps_from_hiring(text):
            yield Problem(path, hiring_is_free())


def hiring_is_free() -> Any:
    """Why wording that keeps people from being hired is refused, and what to do."""
    return _l(
        "This text would keep somebody from hiring, approaching or being hired, or make them ask first. "
        "Such a clause is unlawful and cannot be signed here. Remove it."
    )


def _nodes(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    yield node, path
    if isinstance(node, Shares):
        for n, share in enumerate(node.items):
            yield from _nodes(share.then, f"{path}/items/{n}/then")
    if isinstance(node, ByDate):
        for n, step in enumerate(node.steps):
            yield from _nodes(step.then, f"{path}/steps/{n}/then")
    if not isinstance(node, Pay):
        yield from _nodes(node.rest, f"{path}/rest")


def _receivers(node: Node) -> Iterator[str]:
    for each, _path in _nodes(node, ""):
        if isinstance(each, Pay):
            yield each.party
        elif isinstance(each, ByModules | ByHours):
            yield from each.parties
