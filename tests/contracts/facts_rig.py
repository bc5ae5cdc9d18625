"""What tests of settled facts stand on: terms that divide by modules, sales by them, and contests that end in every way."""

from datetime import timedelta
from typing import Any

from coursehub.contracts import operations, queries
from coursehub.contracts.models import ContributionFact, MoneyEvent
from coursehub.contracts.operations.contests import ANSWER_TIME, run_out_contests
from coursehub.contracts.operations.putting_right import put_facts_right
from coursehub.db import transaction
from coursehub.ledger import checks
from coursehub.ledger import queries as ledger

from .rig import agree, course_of, draft_of_sale, terms_data

DAY = timedelta(days=1)
EVERYTHING = ("sale", "hire", "hour", "period")
WAYS = ("accepted", "let_stand", "upheld", "unanswered", "taken_back")


def by_modules(cast: Any) -> dict[str, Any]:
    """All that is left goes to the house and Northwind by the weights of their modules; without any it is the house's."""
    pay = {"kind": "pay", "party": cast.house.public_id}
    return {"kind": "by_modules", "parties": [cast.house.public_id, cast.northwind.public_id], "rest": pay}


class Register:
    """A course of Northwind's under such terms, with what its sides say of their work; the platform takes nothing first."""

    def __init__(self, cast: Any, at: Any, *, kind: str = "module_weight", **changes: Any) -> None:
        self.cast, self.at = cast, at
        _ = cast.fay, cast.stan
        self.course = course_of(cast.northwind, "async", at - 200 * DAY)
        scope = terms_data(cast.house, cast.northwind, self.course)["scope"] | {"events": list(EVERYTHING)}
        rest = {"share_bps": 0, "cap_minor": None}
        plain: dict[str, Any] = {
            "split": by_modules(cast) | {"kind": "by_modules" if kind == "module_weight" else "by_hours"}, "scope": scope,
            "rates": {"party": cast.house.public_id, "channels": [], "rest": rest},
            "pool": {"rule": "minutes_each", "floor_minutes": 5, "unused": "house"},
        }  # fmt: skip
        self.contract, self.terms = agree(cast, self.course, at - 190 * DAY, **(plain | changes))
        self.pia, self.stan = cast.acting(cast.pia), cast.acting(cast.stan)
        self.sold = 0
        self.own = cast.northwind.public_id

    def state(self, value: int, at: Any, *, own: bool = True, **changes: Any) -> ContributionFact:
        """Pia states a weight of Northwind's, or Stan one of the house's."""
        party = self.cast.northwind if own else self.cast.house
        what: dict[str, Any] = {"kind": "module_weight", "party": party.public_id, "holds_from": at} | changes
        return operations.record_fact(
            self.contract, course_id=self.course.id, value=value, by=self.pia if own else self.stan, at=at, **what
        )  # fmt: skip

    def sell(self, at: Any, gross: int = 10_000, **facts: Any) -> MoneyEvent:
        """A sale without tax or fee."""
        self.sold += 1
        draft = draft_of_sale(
            self.terms, self.course, at, f"sale:{self.sold}", gross_minor=gross, **({"tax_bps": 0, "fee_minor": 0} | facts)
        )  # fmt: skip
        return self.share(draft, at)

    def share(self, draft: Any, at: Any) -> MoneyEvent:
        """Whatever moves money."""
        with transaction():
            return operations.share(draft, at=at)

    def contest(self, fact: ContributionFact, at: Any) -> None:
        """Stan says that it is not so."""
        operations.contest_fact(fact, by=self.stan, at=at, reason="Not so")

    def end(self, fact: ContributionFact, way: str, at: Any, *, answered_at: Any = None) -> Any:
        """The contest ends in this way; when it did."""
        if way == "accepted":
            operations.settle_contest(fact, by=self.stan, at=at)
        elif way == "taken_back":
            operations.take_back_fact(fact, by=self.pia, at=at)
        elif way == "unanswered":
            at += ANSWER_TIME
            run_out_contests(at=at)
        else:
            operations.answer_contest(fact, by=self.pia, at=answered_at or at, answer="But it is")
            if way == "upheld":
                operations.uphold_contest(fact, by=self.stan, at=at)
            else:
                at += ANSWER_TIME
                run_out_contests(at=at)
        return at

    def put_right(self, at: Any) -> int:
        """The worker comes, twice: the second time nothing is left."""
        found = put_facts_right(at=at)
        assert put_facts_right(at=at) == 0
        return found

    def got(self, sale: MoneyEvent) -> int:
        """What Northwind has of a sale by now."""
        beside = [sale, *queries.reversals_of_event(sale.id)]
        return sum(line.amount_minor for event in beside for line in event.lines if line.party == self.own)

    def stood(self, *codes: str) -> list[int]:
        """What stands on Northwind's accounts to its credit."""
        return [-ledger.balance_of(code, "CNY", party=self.own) for code in codes]


def sound() -> None:
    """The books hold."""
    assert checks.check_books().faults == ()
