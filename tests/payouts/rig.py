"""What the tests of payouts stand on: partners with something ready, accounts that may be paid, and runs."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.billing.models import BankEntry
from coursehub.billing.operations import set_collection_account, take_in_statement
from coursehub.contracts import operations as contracts
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import BANK, PARTNER_HELD, PARTNER_ON_ITS_WAY, PARTNER_OWES, PARTNER_READY
from coursehub.payouts import operations
from coursehub.people.operations.partners import PayeeDetails, give_payee_details
from tests.billing.statement import Told, camt
from tests.contracts.rig import agree, course_of, draft_of_refund, draft_of_sale

HOLD = timedelta(days=30)
CNY = PayeeDetails("北风编程有限公司", "示例银行上海分行", "6222020012345678", "91310000MA1K", "CN", "102290000001")
EUR = PayeeDetails("Northwind Zürich GmbH", "Bank", "DE89370400440532013000", "DE123456789", "DE", "COBADEFFXXX")


ACCOUNT = "310066661234567890123"


def came_in(
    world: "World", minor: int, reference: str, words: str = "", *, by: Any, at: Any, party: str = "Somebody"
) -> BankEntry:
    """A line of the bank that waits in suspense."""
    told = Told(minor, words, reference, party=party, on=f"{at:%Y-%m-%d}")
    raw = camt(told, account=ACCOUNT, currency=world.currency, number=reference)
    draft = take_in_statement("a.xml", raw, account=ACCOUNT, currency=world.currency, by=by, at=at)
    operations.book_bank_statement(draft, by=by, at=at)
    return db.session.execute(sa.select(BankEntry).order_by(BankEntry.id.desc())).scalars().first()  # type: ignore[return-value]


class World:
    """Northwind has a course, an account, and sales whose hold is over at `now`."""

    def __init__(self, cast: Any, at: Any, *, currency: str = "CNY", **terms: Any) -> None:
        self.cast, self.at, self.currency, self.now = cast, at, currency, at + HOLD
        self.count = 0
        _ = cast.stan, cast.fay, cast.finn, cast.pia
        self.course = course_of(cast.northwind, "async", at)
        self.terms = agree(cast, self.course, at, **({"currency": currency} | terms))[1]
        self.account(CNY if currency == "CNY" else EUR, at)
        number = ACCOUNT if currency != "EUR" else "FR1420041010050500013M02606"
        set_collection_account(
            currency, holder="QuantTide", bank="House Bank", number=number, by=cast.acting(cast.fay), at=at
        )  # fmt: skip

    def account(self, details: PayeeDetails, at: Any) -> None:
        give_payee_details(self.cast.northwind, details, by=self.cast.acting(self.cast.finn), at=at)

    def sell(self, *, mature: bool = True, gross: int = 100_000) -> str:
        self.count += 1
        key = f"sale:{self.count}"
        draft = draft_of_sale(self.terms, self.course, self.at, key, gross_minor=gross, fee_minor=0, tax_bps=0)
        self._share(draft, self.at)
        if mature:
            operations.end_holds(at=self.now)
        return key

    def refund(self, sale: str, amount: int, at: Any = None) -> None:
        self.count += 1
        at = at or self.now
        self._share(draft_of_refund(self.course, at, amount, f"refund:{self.count}", sale), at)

    def refund_as(self, sale: str, amount: int, n: int) -> None:
        """A refund in a thread of its own, under a number of its own."""
        self._share(draft_of_refund(db.session.merge(self.course), self.now, amount, f"refund:t{n}", sale), self.now)

    def _share(self, draft: Any, at: Any) -> None:
        draft = type(draft)(**{**draft.__dict__, "currency": self.currency})
        with transaction():
            contracts.share(draft, at=at)

    def prepare(self, at: Any = None, by: Any = None) -> Any:
        at = at or self.now
        return operations.prepare_run(
            self.currency, pay_on=at.date() + timedelta(days=1), by=self.cast.acting(by or self.cast.fay), at=at
        )

    def confirm(self, run: Any, at: Any = None, by: Any = None) -> None:
        operations.confirm_run(run, by=self.cast.acting(by or self.cast.stan), at=at or self.now)

    def answer(self, *lines: tuple[str, str, int], at: Any = None, on: date | None = None, name: str = "a.csv") -> Any:
        at = at or self.now
        rows = ["reference,result,date,amount,currency,bank_reference,reason"]
        for n, (reference, result, minor) in enumerate(lines):
            rows.append(f"{reference},{result},{on or at.date()},{minor // 100}.{minor % 100:02d},{self.currency},B{n},why")
        raw = "\n".join(rows).encode()
        return operations.import_answer(name, raw, by=self.cast.acting(self.cast.fay), at=at)

    @property
    def standing(self) -> dict[str, int]:
        """Northwind's accounts; what is owed to it positive, and the house's bank."""
        party = self.cast.northwind.public_id
        stand = {
            name: -ledger.balance_of(code, self.currency, party=party)
            for name, code in (("held", PARTNER_HELD), ("ready", PARTNER_READY), ("way", PARTNER_ON_ITS_WAY))
        }
        owes, bank = ledger.balance_of(PARTNER_OWES, self.currency, party=party), ledger.balance_of(BANK, self.currency)
        return {name: minor for name, minor in {**stand, "owes": owes, "bank": bank}.items() if minor}
