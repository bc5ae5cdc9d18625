"""Prose: terms as plain sentences in Chinese and English, made from the data alone.

Each sentence knows the clause it speaks, and its live numbers know theirs, so that a
page can show them, link a line of money to them, and set old beside new. The sentences
are part of what is hashed and signed: changing one means a new `terms.SEMANTICS`.
They stand here in both languages, not in a catalogue, because they are one instrument.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from coursehub.contracts.clauses import Pool
from coursehub.contracts.counters import last_day
from coursehub.contracts.sentences import CHANNELS, LABELS, SECTIONS, SENTENCES, WINDOWS
from coursehub.contracts.terms import Borne, ByDate, ByModules, ChannelRate, Node, Pay, Rate, Shares, TermsBody
from coursehub.money import currency_exponent

LOCALES = ("zh-CN", "en")
_BEIJING = timezone(timedelta(hours=8))
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words, or (with a path) a live value of the terms."""

    text: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, the clause it speaks, and how deep it stands in the division."""

    path: str
    pieces: tuple[Piece, ...]
    depth: int = 0
    number: str = ""

    @property
    def text(self) -> str:
        """The sentence as plain text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences that belong together, under a title."""

    key: str
    title: str
    sentences: tuple[Sentence, ...]


def sections(body: TermsBody, locale: str) -> list[Section]:
    """The terms as titled sentences in one language."""
    teller = _Teller(body, locale)
    told = (
        ("parties", teller.parties()),
        ("scope", teller.scope()),
        ("base", teller.base()),
        ("rates", teller.rates()),
        ("split", teller.rest()),
        ("discount", teller.discount()),
        ("hold", teller.hold()),
        ("refunds", teller.refunds()),
        ("governance", teller.governance()),
        ("rounding", teller.rounding()),
        ("note", teller.note()),
    )
    said = [(key, tuple(sentences)) for key, sentences in told]
    return [
        Section(key, SECTIONS[key][teller.n], _numbered(n, sentences))
        for n, (key, sentences) in enumerate(((key, sentences) for key, sentences in said if sentences), start=1)
    ]


def _numbered(n: int, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    return tuple(replace(sentence, number=f"{n}.{m}") for m, sentence in enumerate(sentences, start=1))


def text_of(body: TermsBody, locale: str) -> str:
    """The whole text of the terms in one language, as it is hashed."""
    parts = []
    for number, section in enumerate(sections(body, locale), start=1):
        lines = [f"{'    ' * sentence.depth}{sentence.number} {sentence.text}" for sentence in section.sentences]
        parts.append("\n".join([f"{number}. {section.title}", *lines]))
    return "\n\n".join(parts) + "\n"


def texts(body: TermsBody) -> dict[str, str]:
    """The whole text in every language."""
    return {locale: text_of(body, locale) for locale in LOCALES}


def sentence_at(body: TermsBody, path: str, locale: str) -> Sentence | None:
    """The sentence that speaks a clause, or the nearest clause above it."""
    spoken = {sentence.path: sentence for section in sections(body, locale) for sentence in section.sentences}
    while path:
        if path in spoken:
            return spoken[path]
        path = path.rpartition("/")[0]
    return None


def amount(minor: int, currency: str, locale: str) -> str:
    """An amount inside a sentence; the same on every machine, so that the hash is too."""
    shown = f"{Decimal(minor).scaleb(-currency_exponent(currency)):,f}"
    return f"{shown}元" if (locale, currency) == ("zh-CN", "CNY") else f"{shown} {currency}"


def sentences_of_pool(pool: Pool, locale: str) -> list[str]:
    """The rule by which a pool is divided, in the sentences that partners sign; the house has no name in them."""
    n = LOCALES.index(locale)
    keys = ["pool_funded", f"pool_{pool.rule}", *(["pool_floor"] if pool.floor_minutes else []), f"pool_unused_{pool.unused}"]
    house = ("平台方", "the house")[n]
    return [SENTENCES[key][n].format(floor=pool.floor_minutes, party=house) for key in [*keys, "pool_refund"]]


def percent(bps: int) -> str:
    """Basis points as a percentage without needless zeros."""
    return f"{(Decimal(bps) / 100).normalize():f}%"


class _Teller:
    """Tells one terms document in one language."""

    def __init__(self, body: TermsBody, locale: str) -> None:
        self.body = body
        self.locale = locale
        self.n = LOCALES.index(locale)

    def say(self, key: str, path: str, depth: int = 0, **values: "str | Piece | Sentence") -> Sentence:
        """Fill a sentence's slots; a plain text becomes a live value at `path`, a sentence brings its own."""
        pieces: list[Piece] = []
        for n, part in enumerate(_SLOT.split(SENTENCES[key][self.n])):
            value = Piece(part) if n % 2 == 0 else values[part]
            if isinstance(value, Sentence):
                pieces.extend(value.pieces)
            else:
                pieces.append(value if isinstance(value, Piece) else Piece(value, path))
        return Sentence(path, tuple(piece for piece in pieces if piece.text), depth)

    def name(self, party_id: str) -> str:
        """A party's name in this language."""
        party = self.body.party(party_id)
        return party.name_en if self.n else party.name

    def names(self, party_ids: tuple[str, ...]) -> str:
        """Several names as a list in words."""
        names = [self.name(party_id) for party_id in party_ids]
        if not self.n:
            return "、".join(names)
        return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]

    def money(self, minor: int) -> str:
        """An amount in the contract's currency."""
        return amount(minor, self.body.currency, self.locale)

    def moment(self, said: str) -> str:
        """A moment of the terms, as the clock in Beijing shows it."""
        return f"{datetime.fromisoformat(said).astimezone(UTC).astimezone(_BEIJING):%Y-%m-%d %H:%M}"

    def window(self, window: str) -> Piece:
        """A window in words; a fixed part of the sentence."""
        return Piece(WINDOWS[window][self.n])

    def parties(self) -> Iterator[Sentence]:
        partners = tuple(party.id for party in self.body.parties if party.side == "partner")
        key = "parties" if partners else "house_alone"
        yield self.say(key, "/parties", house=self.name(self.body.house.id), partners=self.names(partners) if partners else "")
        if self.body.starts is None:
            yield self.say("starts_at_signature", "/starts")
        else:
            yield self.say("starts", "/starts", starts=self.moment(self.body.starts))
        if self.body.ends is not None:
            yield self.say("ends", "/ends", last=f"{last_day(self.body.ends):%Y-%m-%d}")
            if self.body.governance.enough is not None:
                yield self.say("ends_all", "/ends/all", 1)

    def scope(self) -> Iterator[Sentence]:
        for n, course in enumerate(self.body.scope.courses):
            title = course.title_en if self.n else course.title
            yield self.say("course", f"/scope/courses/{n}", course=title)
        for event in ("hire", "hour"):
            if event in self.body.scope.events:
                yield self.say(event, "/scope/events", channel=Piece(CHANNELS["member"][self.n]))
        yield from self.pool()
        yield self.say("currency", "/currency", currency=self.body.currency)

    def pool(self) -> Iterator[Sentence]:
        """How the course's part of a pass is reckoned, where terms speak of passes."""
        if (pool := self.body.pool) is None:
            return
        yield self.say("period", "/pool", channel=Piece(CHANNELS["platform"][self.n]))
        yield self.say("pool_funded", "/pool/funded", 1)
        yield self.say(f"pool_{pool.rule}", "/pool/rule", 1)
        if pool.floor_minutes:
            yield self.say("pool_floor", "/pool/floor_minutes", 1, floor=str(pool.floor_minutes))
        yield self.say(f"pool_unused_{pool.unused}", "/pool/unused", 1, party=self.name(self.body.house.id))
        yield self.say("pool_refund", "/pool/refund", 1)

    def base(self) -> Iterator[Sentence]:
        key = "base_tax_and_fee" if "rail_fee" in self.body.base.deduct else "base_tax"
        yield self.say(key, "/base")
        for n, fixed in enumerate(self.body.fixed):
            yield self.say("fixed", f"/fixed/{n}", party=self.name(fixed.party), amount=self.money(fixed.amount_minor))

    def rates(self) -> Iterator[Sentence]:
        for n, rate in enumerate(self.body.rates.channels):
            yield self._rate("rate", rate, f"/rates/channels/{n}", CHANNELS[rate.channel][self.n])
        rest = self.body.rates.rest
        yield self._rate("rate_rest" if self.body.rates.channels else "rate_all", rest, "/rates/rest", "")
        yield from self._changes(rest, "/rates/rest")
        if ceiling := self.body.rates.ceiling:
            party, cap = self.name(self.body.rates.party), self.money(ceiling.amount_minor)
            yield self.say("ceiling", "/rates/ceiling", window=self.window(ceiling.window), party=party, cap=cap)

    def _changes(self, rate: Rate, path: str) -> Iterator[Sentence]:
        """By which volume, or from which day, another percentage counts."""
        if ladder := rate.ladder:
            for n, rung in enumerate(ladder.rungs):
                yield self.say(
                    f"rung_{ladder.kind}", f"{path}/ladder/rungs/{n}", 1, window=self.window(ladder.window),
                    above=self.money(rung.above_minor), share=percent(rung.share_bps),
                )  # fmt: skip
        for n, later in enumerate(rate.later):
            share, begins = percent(later.share_bps), self.moment(later.begins)
            yield self.say("later", f"{path}/later/{n}", 1, begins=begins, share=share)

    def rest(self) -> Iterator[Sentence]:
        """What comes back first, then the division of what remains, and what every party gets at least."""
        for n, cost in enumerate(self.body.recoup):
            yield self.say(
                "recoup", f"/recoup/{n}", share=percent(cost.share_bps), party=self.name(cost.party),
                amount=self.money(cost.amount_minor), id=cost.id,
            )  # fmt: skip
        yield from self.split(self.body.split, "/split", 0)
        for n, one in enumerate(self.body.guarantees):
            key = "guarantee" if one.cap_minor is None else "guarantee_capped"
            yield self.say(
                key, f"/guarantees/{n}", window=self.window(one.window), party=self.name(one.party),
                amount=self.money(one.amount_minor), funder=self.name(one.funder), cap=self.money(one.cap_minor or 0),
            )  # fmt: skip

    def _rate(self, key: str, rate: ChannelRate | Rate, path: str, channel: str) -> Sentence:
        cap = "" if rate.cap_minor is None else "_capped"
        return self.say(
            key + cap, path, channel=Piece(channel), party=self.name(self.body.rates.party),
            share=percent(rate.share_bps), cap=self.money(rate.cap_minor or 0),
        )  # fmt: skip

    def split(self, node: Node, path: str, depth: int, lead: str = "split", share: str = "") -> Iterator[Sentence]:
        """One node of the division and what is below it."""
        lead_in = self.say(lead, path, share=share)
        if isinstance(node, Pay):
            yield self.say("pay", path, depth, lead=lead_in, party=self.name(node.party))
        elif isinstance(node, Shares):
            yield self.say("shares", path, depth, lead=lead_in)
            rest_bps = 10_000
            for n, item in enumerate(node.items):
                rest_bps -= item.share_bps
                label = f"pot_{item.label}"
                yield from self.split(item.then, f"{path}/items/{n}/then", depth + 1, label, percent(item.share_bps))
            if rest_bps:
                yield from self.split(node.rest, f"{path}/rest", depth + 1, "pot_rest", percent(rest_bps))
        elif isinstance(node, ByDate):
            yield self.say("by_date", path, depth, lead=lead_in)
            for n, step in enumerate(node.steps):
                yield from self.split(step.then, f"{path}/steps/{n}/then", depth + 1, "date_until", self.moment(step.ends))
            yield from self.split(node.rest, f"{path}/rest", depth + 1, "date_rest")
        else:
            key = "by_modules" if isinstance(node, ByModules) else "by_hours"
            yield self.say(key, path, depth, lead=lead_in, parties=self.names(node.parties))
            yield from self.split(node.rest, f"{path}/rest", depth + 1, f"{key}_rest")

    def discount(self) -> Iterator[Sentence]:
        for n, choice in enumerate(self.body.discount.opted_in):
            path = f"/discount/opted_in/{n}"
            floor = self.money(choice.floor_price_minor)
            key = f"discount_{choice.campaigns}" if choice.floor_price_minor else f"discount_{choice.campaigns}_any"
            yield self.say(key, path, party=self.name(choice.party), floor=floor)
        rest = self.body.discount.rest
        first = "" if self.body.discount.opted_in else "_all"
        if isinstance(rest, Borne):
            yield self.say(f"discount_borne{first}", "/discount/rest", party=self.name(rest.party))
        else:
            yield self.say(f"discount_shared{first}", "/discount/rest")

    def hold(self) -> Iterator[Sentence]:
        key = "hold" if self.body.hold.days else "hold_none"
        yield self.say(key, "/hold", days=str(self.body.hold.days))
        if kept := self.body.reserve:
            yield self.say("reserve", "/reserve", share=percent(kept.share_bps), days=str(kept.days))
        if payday := self.body.payday:
            yield self.say(f"payday_{payday.every}", "/payday/every")
            key = "payday_minimum" if payday.minimum_minor else "payday_any"
            yield self.say(key, "/payday/minimum_minor", 1, minimum=self.money(payday.minimum_minor))

    def refunds(self) -> Iterator[Sentence]:
        clawback = self.body.clawback
        yield self.say("clawback", "/clawback")
        if clawback.offset_limit_bps and clawback.max_age_days:
            yield self.say(
                "offset", "/clawback/offset_limit_bps",
                limit=percent(clawback.offset_limit_bps), days=str(clawback.max_age_days),
            )  # fmt: skip
        else:
            yield self.say("offset_none", "/clawback/offset_limit_bps")
        if "rail_fee" in self.body.base.deduct:
            yield self.say("refund_fee", "/refund_fee", party=self.name(self.body.refund_fee.bearer))
        else:
            yield self.say("refund_fee_house", "/refund_fee", party=self.name(self.body.house.id))

    def governance(self) -> Iterator[Sentence]:
        rules = self.body.governance
        alone = "_alone" if len(rules.signers) == 1 else ""
        yield self.say(f"signers{alone}", "/governance/signers", parties=self.names(rules.signers))
        if rules.enough is not None:
            yield self.say("enough", "/governance/enough", count=str(rules.enough))
        for n, trigger in enumerate(rules.triggers):
            points = percent(trigger.points_bps).removesuffix("%")
            yield self.say(f"trigger_{trigger.measure}", f"/governance/triggers/{n}", points=points)
        yield self.say("reply", "/governance/reply_days", days=str(rules.reply_days))
        yield self.say("notice" if rules.notice_days else "notice_none", "/governance/notice_days", days=str(rules.notice_days))

    def rounding(self) -> Iterator[Sentence]:
        yield self.say("rounding", "/rounding", semantics=Piece(self.body.semantics))
        if self.body.rates.rest.ladder or self.body.rates.ceiling or self.body.recoup:
            yield self.say("true_up", "/true_up")

    def note(self) -> Iterator[Sentence]:
        if self.body.note:
            yield self.say("note", "/note", note=Piece(self.body.note))


def channel_name(channel: str, locale: str) -> str:
    """Through which door a sale came, in words."""
    return CHANNELS[channel][LOCALES.index(locale)] if channel in CHANNELS else channel


def label_name(label: str, locale: str) -> str:
    """What a pot of the division is called."""
    return LABELS[label][LOCALES.index(locale)] if label in LABELS else label
