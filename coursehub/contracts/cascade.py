"""The cascade: lines of money as the waterfall picture shows them, each with clause and arithmetic in words."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from coursehub.contracts.prose import channel_name, label_name, percent, sentence_at
from coursehub.contracts.reasons import Factor, Reason
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import FEE_COST, Line
from coursehub.money import currency_exponent

ClauseUrl = Callable[[str], str | None]
CLOSES = {
    "true_up": _l("True-up"), "guarantee": _l("Added by the guarantee"), "guarantee_put_right": _l("Guarantee put right"),
}  # fmt: skip


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


def cascade(
    body: TermsBody, lines: Sequence[Line], *, locale: str, clause_url: ClauseUrl | None = None, of: str = "sale"
) -> list[dict[str, Any]]:
    """What the waterfall component draws: what was paid, what leaves, then each party with its lines below it.

    A refund is drawn by the size of its amounts: what went back, and from whom.
    of: sale; contest, what it moved between the parties that it was said anew how a sale came; dispute, what a buyer's bank
    took; reinstated, what it gave back of that; fee, a course's part of a fee that a member pays; or close, what
    the close of a month brings.
    """
    teller = _Teller(body, locale, clause_url)
    whole = sum(line.amount_minor for line in lines)
    refund = whole < 0
    if of == "close":
        first = _("Taken back by the close") if refund else _("Brought by the close")
    elif of == "contest":
        whole, first = sum(max(0, line.amount_minor) for line in lines), _("Moved between the sides")
    elif of == "fee":
        first = _("Back to the employer") if refund else _("Fell to this course")
    elif of in ("dispute", "reinstated"):
        first = _("Taken by the buyer's bank") if refund else _("Given back by the buyer's bank")
    else:
        first = _("Back to the buyer") if refund else _("The buyer paid")
    steps = [_step(first, abs(whole), "start")]
    for line in lines:
        if line.role in ("tax", "rail_fee") and line.amount_minor:
            steps.append(teller.step(line, "out"))
    left = abs(whole) - sum(abs(line.amount_minor) for line in lines if line.role in ("tax", "rail_fee"))
    if of != "contest":
        steps.append(_step(_("Comes from the shares") if refund else _("Left to share"), left, "rest"))
    for party in dict.fromkeys(line.party for line in lines if line.party):
        own = [line for line in lines if line.party == party]
        net = sum(line.amount_minor for line in own)
        steps.append(_step(teller.name(party), -net if refund else net, "party"))
        steps += [
            teller.step(line, "party") | {"depth": 1, "amount_minor": abs(line.amount_minor) if refund else line.amount_minor}
            for line in own
        ]
    return steps


def _step(label: str, amount_minor: int, kind: str) -> dict[str, Any]:
    return {"label": label, "amount_minor": amount_minor, "kind": kind, "clause": None, "clause_url": None,
            "arithmetic": None, "party": None, "depth": 0, "tag": None}  # fmt: skip


class _Teller:
    """Tells lines in one language."""

    def __init__(self, body: TermsBody, locale: str, clause_url: ClauseUrl | None) -> None:
        self.body = body
        self.locale = locale
        self.clause_url = clause_url

    def name(self, party: str) -> str:
        """A party in this language."""
        known = self.body.party(party)
        return known.name_en if self.locale == "en" else known.name

    def step(self, line: Line, kind: str) -> dict[str, Any]:
        """One line with its clause and its arithmetic."""
        spoken = sentence_at(self.body, line.path, self.locale)
        url = self.clause_url(spoken.path) if spoken and self.clause_url else None
        return _step(self.label(line), line.amount_minor, kind) | {
            "clause": spoken.number if spoken else None,
            "clause_url": url,
            "arithmetic": arithmetic(line, self.body.currency),
        }

    def label(self, line: Line) -> str:
        """What a line is for, in a few words."""
        reason = line.reason
        if line.role == "tax":
            return _("Tax")
        if line.role == "rail_fee":
            return _("Fee of the payment provider")
        if line.role == FEE_COST and reason.kind == "reinstated":
            return _("Gets back the fee it bore")
        if line.role == FEE_COST:
            return _("Fee that the payment provider keeps")
        if line.role == "discount":
            return _("Bears the discount")
        if reason.kind == "refund":
            return _("Gives back of its share")
        if reason.kind == "reshared":
            return _why_anew(line)
        if reason.kind == "reinstated":
            return _("Gets its share back")
        if reason.kind == "fixed":
            return _("Fixed amount")
        if reason.kind == "recoup":
            return _("Costs that come back first")
        if reason.kind in CLOSES:
            return str(CLOSES[reason.kind])
        if reason.kind == "rate":
            return _("Platform's part (%(channel)s)", channel=channel_name(reason.channel or "", self.locale))
        pots = [label_name(factor.by, self.locale) for factor in reason.factors if factor.by not in ("modules", "hours")]
        return _("Share: %(pots)s", pots=" › ".join(pots)) if pots else _("Its share")


def _why_anew(line: Line) -> str:
    if line.path.startswith("/facts/"):
        return _("The contested fact stands") if line.path.endswith("/stands") else _("The fact never counted")
    return _("Shared anew after a contest")


def arithmetic(line: Line, currency: str) -> str:
    """How a line came to its amount: 63.80 × 60% × 3/4 by modules = 28.71."""
    reason = line.reason
    if reason.rungs:
        return _by_volume(line, currency)
    factors = "".join(
        f" × {_factor(factor, currency)}" for factor in reason.factors if factor.by != "refunded" or factor.num != factor.den
    )
    shown = f"{number(Fraction(reason.of), currency)}{factors}"
    if reason.kind == "discount":
        shown = _("the discount less its tax, %(amount)s", amount=shown)
    elif not factors and reason.cap_minor is None:
        return ""  # the amount says it all
    uncut = Fraction(reason.of)
    for factor in reason.factors:
        uncut *= factor.value
    if factors:
        shown += f" = {number(uncut, currency)}"
    if reason.cap_minor is not None:
        shown += " → " + _("at most %(cap)s", cap=number(Fraction(reason.cap_minor), currency))
    if reason.kind in ("refund", FEE_COST) and reason.already_minor:
        shown += " → " + _("%(already)s of it was taken back before", already=number(Fraction(reason.already_minor), currency))
    if factors and _is_rounded(line, reason):
        shown += " → " + _("rounded to %(amount)s", amount=number(Fraction(abs(line.amount_minor)), currency))
    return shown


def _by_volume(line: Line, currency: str) -> str:
    """How a rate by volume came to its amount: 100.00 × 30% + 20.00 × 25% = 35."""
    reason = line.reason
    parts = [f"{number(Fraction(part), currency)} × {percent(bps)}" for part, bps in reason.rungs]
    shown = " + ".join(parts) + f" = {number(reason.uncut, currency)}"
    if reason.cap_minor is not None:
        shown += " → " + _("at most %(cap)s", cap=number(Fraction(reason.cap_minor), currency))
    if _is_rounded(line, reason):
        shown += " → " + _("rounded to %(amount)s", amount=number(Fraction(abs(line.amount_minor)), currency))
    return shown


def _is_rounded(line: Line, reason: Reason) -> bool:
    return reason.cap_minor is None and not reason.already_minor and reason.exact != abs(line.amount_minor)


def _factor(factor: Factor, currency: str) -> str:
    if factor.by == "modules":
        return _("%(num)s/%(den)s by modules", num=factor.num, den=factor.den)
    if factor.by == "hours":
        return _("%(num)s/%(den)s of the hours", num=_hours(factor.num), den=_hours(factor.den))
    if factor.by == "tax":
        return f"{percent(factor.num)} ÷ {percent(factor.den)}"
    if factor.by == "refunded":
        return f"{number(Fraction(factor.num), currency)}/{number(Fraction(factor.den), currency)}"
    return percent(factor.num)


def _hours(minutes: int) -> str:
    return f"{(Decimal(minutes) / 60).quantize(Decimal('0.1')).normalize():f}"


def number(minor: Fraction, currency: str) -> str:
    """Exact minor units as a plain number of major units; a trailing … says that digits were cut."""
    places = currency_exponent(currency)
    scaled = minor / 10**places
    digits = places + 2
    cut = (abs(scaled) * 10**digits).__floor__()
    exact = Fraction(cut, 10**digits) == abs(scaled)
    text = f"{Decimal(cut).scaleb(-digits):,f}"
    whole, _point, rest = text.partition(".")
    rest = (rest.rstrip("0") if exact else rest).ljust(places, "0")
    sign = "−" if minor < 0 else ""
    return f"{sign}{whole}{'.' + rest if rest else ''}{'' if exact else '…'}"
