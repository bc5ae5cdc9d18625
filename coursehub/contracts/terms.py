"""Terms: what the parties agreed, as typed data with one canonical form and one hash.

The data is the instrument; the sentences of `prose.py` are its rendering, and both
go into the hash together with the version of their meaning. There are no loops, no
formulas and no free text that moves money.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import rfc8785

from coursehub.contracts.clauses import (
    Bps,
    Ceiling,
    Guarantee,
    Ladder,
    LaterRate,
    Minor,
    Moment,
    PartyId,
    Payday,
    Pool,
    Recoup,
    Reserve,
    Trigger,
)
from coursehub.contracts.shape import Count, Problem, Whole, Words, as_data, read, schema_of
from coursehub.errors import Refusal

SEMANTICS = "coursehub-terms/1"

Name = Annotated[str, Words(1, 200)]
Channel = Literal["partner_link", "platform", "coupon", "sponsor", "member"]
Label = Literal["makers", "teachers", "support", "other"]


@dataclass(frozen=True, slots=True)
class Party:
    """A side of the contract; exactly one is the house."""

    id: PartyId
    side: Literal["house", "partner"]
    name: Name
    name_en: Name


@dataclass(frozen=True, slots=True)
class CoveredCourse:
    """A course whose sales the terms share out."""

    id: PartyId
    title: Name
    title_en: Name


@dataclass(frozen=True, slots=True)
class Scope:
    """Which courses and which kinds of money event the terms answer.

    A kind added to this list changes nothing that terms said before it was there, so it needs no new SEMANTICS.
    """

    courses: Annotated[tuple[CoveredCourse, ...], Count(0, 100)]
    events: Annotated[tuple[Literal["sale", "hire", "hour", "period"], ...], Count(0, 10)]


@dataclass(frozen=True, slots=True)
class Base:
    """What is taken off the price before anything is shared: a closed list."""

    deduct: Annotated[tuple[Literal["tax", "rail_fee"], ...], Count(0, 2)]


@dataclass(frozen=True, slots=True)
class FixedAmount:
    """A fixed amount per sale, paid before any percentage."""

    party: PartyId
    amount_minor: Minor


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate for all other sales, perhaps with a ceiling per sale; by volume or by date where that is said."""

    share_bps: Bps
    cap_minor: Minor | None
    ladder: Ladder | None = None
    later: Annotated[tuple[LaterRate, ...], Count(0, 3)] = ()


@dataclass(frozen=True, slots=True)
class ChannelRate:
    """The rate for sales that came through one channel."""

    channel: Channel
    share_bps: Bps
    cap_minor: Minor | None


@dataclass(frozen=True, slots=True)
class Rates:
    """What the party that runs the platform receives, by who brought the learner."""

    party: PartyId
    channels: Annotated[tuple[ChannelRate, ...], Count(0, 10)]
    rest: Rate
    ceiling: Ceiling | None = None


@dataclass(frozen=True, slots=True)
class Pay:
    """All of it to one party."""

    kind: Literal["pay"]
    party: PartyId


@dataclass(frozen=True, slots=True)
class Share:
    """One named pot of a split, and who gets it."""

    label: Label
    share_bps: Bps
    then: "Node"


@dataclass(frozen=True, slots=True)
class Shares:
    """Divided by fixed percentages; the rest goes on."""

    kind: Literal["shares"]
    items: Annotated[tuple[Share, ...], Count(1, 8)]
    rest: "Node"


@dataclass(frozen=True, slots=True)
class ByModules:
    """Divided among makers by the weight of the modules they made."""

    kind: Literal["by_modules"]
    parties: Annotated[tuple[PartyId, ...], Count(1, 20)]
    rest: "Node"


@dataclass(frozen=True, slots=True)
class ByHours:
    """Divided among teachers by their approved teaching time."""

    kind: Literal["by_hours"]
    parties: Annotated[tuple[PartyId, ...], Count(1, 20)]
    rest: "Node"


@dataclass(frozen=True, slots=True)
class Until:
    """Up to a moment, one division."""

    ends: Moment
    then: "Node"


@dataclass(frozen=True, slots=True)
class ByDate:
    """Divided in one way until a day, in another from then on; the rest answers after the last."""

    kind: Literal["by_date"]
    steps: Annotated[tuple[Until, ...], Count(1, 8)]
    rest: "Node"


Node = Pay | Shares | ByModules | ByHours | ByDate


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a share is kept before it may be paid out."""

    days: Annotated[int, Whole(0, 365)]


@dataclass(frozen=True, slots=True)
class Clawback:
    """How a refund is taken back: the very legs of its sale, then later earnings."""

    offset_limit_bps: Bps
    max_age_days: Annotated[int, Whole(0, 3650)]


@dataclass(frozen=True, slots=True)
class OptIn:
    """A party ready to bear discounts of its own campaigns, or of those it joins as well, down to a price."""

    party: PartyId
    floor_price_minor: Minor
    campaigns: Literal["own", "joined"] = "own"


@dataclass(frozen=True, slots=True)
class Borne:
    """One party bears it out of its own share of the sale."""

    kind: Literal["party"]
    party: PartyId


@dataclass(frozen=True, slots=True)
class Shared:
    """Everybody bears it: the lower price is what is shared."""

    kind: Literal["shared"]


@dataclass(frozen=True, slots=True)
class Discount:
    """Who bears a discount: those who opted in, else the rest rule."""

    opted_in: Annotated[tuple[OptIn, ...], Count(0, 20)]
    rest: Borne | Shared


@dataclass(frozen=True, slots=True)
class RefundFee:
    """Who bears the fee that the rail keeps when a sale is refunded."""

    bearer: PartyId


@dataclass(frozen=True, slots=True)
class Governance:
    """Who signs, how long an answer may take, and how to leave.

    enough: how many signatures make a later change hold, the house's among them; None: those of all who sign.
    Nobody is bound by fewer unless they signed terms that said so.
    """

    signers: Annotated[tuple[PartyId, ...], Count(1, 20)]
    reply_days: Annotated[int, Whole(1, 90)]
    notice_days: Annotated[int, Whole(0, 365)]
    enough: Annotated[int, Whole(1, 20)] | None = None
    triggers: Annotated[tuple[Trigger, ...], Count(0, 3)] = ()


@dataclass(frozen=True, slots=True)
class TermsBody:
    """Everything the parties agree on, in one document."""

    semantics: Literal["coursehub-terms/1"]
    contract: PartyId
    version: Annotated[int, Whole(1, 100_000)]  # the number of the proposal: no two documents share a hash
    currency: Annotated[str, Words(3, 3, "[A-Z]{3}")]
    starts: Moment | None  # None: the moment of the last signature
    parties: Annotated[tuple[Party, ...], Count(1, 20)]
    scope: Scope
    base: Base
    fixed: Annotated[tuple[FixedAmount, ...], Count(0, 10)]
    rates: Rates
    split: Node
    hold: Hold
    clawback: Clawback
    discount: Discount
    refund_fee: RefundFee
    governance: Governance
    note: Annotated[str, Words(0, 2000)]
    recoup: Annotated[tuple[Recoup, ...], Count(0, 3)] = ()
    guarantees: Annotated[tuple[Guarantee, ...], Count(0, 20)] = ()
    reserve: Reserve | None = None
    pool: Pool | None = None
    payday: Payday | None = None
    ends: Moment | None = None  # the first moment after their last day; None: until others begin

    def party(self, party_id: str) -> Party:
        """The party with this id. Raises KeyError if there is none."""
        for party in self.parties:
            if party.id == party_id:
                return party
        raise KeyError(party_id)

    def outlasts(self, other: "TermsBody") -> bool:
        """Whether these terms go on after the last day of others."""
        return other.ends is not None and (self.ends is None or self.ends > other.ends)

    @property
    def house(self) -> Party:
        """The side that runs the platform."""
        return next(party for party in self.parties if party.side == "house")


class TermsRefused(Refusal):
    """These terms cannot be offered yet. %(problems)s"""

    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        """The sentence with every problem in it, in the reader's language."""
        self.values = {"problems": " ".join(str(problem) for problem in self.problems)}
        return super().__str__()


def parse(data: object) -> TermsBody:
    """Terms from JSON data. Raises TermsRefused with every problem found."""
    problems: list[Problem] = []
    body: TermsBody = read(TermsBody, data, "", problems)
    if problems:
        raise TermsRefused(problems)
    return body


def to_data(body: TermsBody) -> dict[str, Any]:
    """The plain JSON data of terms; `parse` of it gives the same terms back."""
    data: dict[str, Any] = as_data(body)
    return data


def canonical(data: object) -> bytes:
    """The one byte form of JSON data (RFC 8785), whatever order its keys came in.

    Of plain data Python's own encoder, which is written in C, makes the very same bytes in a quarter of the time.
    """
    if _is_plain(data):
        try:
            return _ENCODER.encode(data).encode()
        except UnicodeEncodeError:  # half a character: let the library say what is wrong
            pass
    return rfc8785.dumps(data)  # type: ignore[arg-type]


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_LARGEST = 2**53 - 1


def _is_plain(data: Any) -> bool:
    """Whether no rule of RFC 8785 is at work that the encoder does not know: for fractions, large numbers, keys beyond ASCII."""
    kind = type(data)
    if kind is dict and not all(type(key) is str and key.isascii() for key in data):
        return False
    inside = data.values() if kind is dict else data if kind in (list, tuple) else (data,)
    for each in inside:
        kind = type(each)
        if kind is int:
            if not -_LARGEST <= each <= _LARGEST:
                return False
        elif kind in (dict, list, tuple):
            if not _is_plain(each):
                return False
        elif kind is not str and kind is not bool and each is not None:
            return False
    return True


def hash_of(body: TermsBody, texts: dict[str, str]) -> str:
    """SHA-256 over terms, the version of their meaning, and their sentences in each language.

    The three parts are one canonical JSON document, so that no part can lend bytes to another.
    """
    document = {"semantics": SEMANTICS, "terms": to_data(body), "texts": texts}
    return hashlib.sha256(canonical(document)).hexdigest()


def schema() -> dict[str, Any]:
    """The JSON schema of terms, as kept in `terms.schema.json`."""
    definitions: dict[str, Any] = {}
    root = schema_of(TermsBody, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SEMANTICS,
        **root,
        "$defs": dict(sorted(definitions.items())),
    }
