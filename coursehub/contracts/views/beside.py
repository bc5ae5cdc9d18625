"""What stands beside terms while they are written or read: the money they would have moved, in a few lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coursehub.contracts import queries
from coursehub.contracts.models import Contract
from coursehub.contracts.replay import Moved, kept_of, replay
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.views import looking
from coursehub.contracts.views.simulating import MOST_AT_ONCE, REPLAYED
from coursehub.contracts.waterfall import share_sale


@dataclass(frozen=True)
class Beside:
    """Terms in money. moved: the last year, by side; none where nothing was shared. of_a_sale: what each side gets of one
    sale of `gross_minor`, by what holds (None without) and by these terms.
    """

    currency: str
    gross_minor: int
    moved: list[Moved]
    of_a_sale: list[tuple[str, int | None, int]]


def beside(
    found: Contract, body: TermsBody, holding: TermsBody | None, at: datetime, *, moved: list[Moved] | None = None
) -> Beside:
    """What these terms would do. moved: the last year where it was worked out before."""
    parties = [party.party for party in found.parties]
    if moved is None:
        pools = (body.pool,) if body.pool else ()
        past, _there = queries.past_of(found.id, at - REPLAYED, currency=body.currency, most=MOST_AT_ONCE, pools=pools)
        moved = replay(past, body, parties) if past else []
    contribution = looking.contribution_of(found, at)
    now = _of_a_sale(body, contribution)
    before = _of_a_sale(holding, contribution) if holding is not None and holding.currency == body.currency else None
    rows = [(party, before.get(party, 0) if before is not None else None, now.get(party, 0)) for party in parties]
    return Beside(body.currency, looking.example_sale(body, contribution).gross_minor, moved, rows)


def _of_a_sale(body: TermsBody, contribution: Mapping[str, Any]) -> dict[str, int]:
    return kept_of(share_sale(body, looking.example_sale(body, contribution)))
