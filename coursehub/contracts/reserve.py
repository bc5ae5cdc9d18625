"""What a reserve keeps of partners' shares of a sale, and what of it a refund takes out again. Arithmetic only."""

from collections.abc import Mapping, Sequence

from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line, share_refund, shares_of


def kept_of(body: TermsBody, share_minor: int) -> int:
    """How much of a partner's share the reserve keeps, rounded down."""
    return share_minor * body.reserve.share_bps // 10_000 if body.reserve else 0


def set_aside(body: TermsBody, lines: Sequence[Line]) -> dict[str, int]:
    """What of each partner's share the reserve keeps, in minor units; partners of whom it keeps nothing are left out."""
    return {
        party: kept for party, amount in shares_of(lines).items() if party != body.house.id and (kept := kept_of(body, amount))
    }


def set_aside_back(
    body: TermsBody, sold: Sequence[Line], lines: Sequence[Line], *, gone: Mapping[str, int], taken: Mapping[str, int]
) -> dict[str, int]:
    """What goes out of the reserve (negative) or, with money that came again, back into it: each party's part as its share.

    sold: the lines of the sale. lines: those of what goes back now. gone: what of each party's share went back before, and
    taken: what of that came out of the reserve.
    """
    now, out = shares_of(lines), dict[str, int]()
    for party, kept in set_aside(body, sold).items():
        amount, back = shares_of(sold)[party], -now.get(party, 0)
        step = kept * (gone.get(party, 0) + back) // amount - taken.get(party, 0)
        step = min(max(step, min(back, 0)), max(back, 0))  # never more than the share itself, nor the other way
        out |= {party: -step} if step else {}
    return out


def reserve_left(body: TermsBody, sold: Sequence[Line], *, gone_minor: int) -> dict[str, int]:
    """What the reserve still keeps of a sale of which so much has gone back to the buyer."""
    gone = shares_of(share_refund(body, sold, before_minor=0, amount_minor=gone_minor))
    shares = shares_of(sold)
    return {party: kept - kept * -gone.get(party, 0) // shares[party] for party, kept in set_aside(body, sold).items()}
