"""Between which accounts finance may write an adjusting entry; pure.

What partners, buyers, members and workers are owed or owe moves only by what happened to their own sales, payouts and invoices:
no entry of this kind can touch it. Neither are these the counters of terms, nor the pools of passes.
"""

from coursehub.ledger.accounts import BANK

EXCHANGE = "asset:exchange"
"""What left one currency and has not arrived in another; both legs stand here, each in its own."""
BANK_FEE = "expense:bank_fee"
WRITTEN_OFF = "expense:written_off"
OTHER_INCOME = "income:other"
SUSPENSE = "liability:suspense"
TAX = "liability:tax"
RAIL_FEE = "expense:rail_fee"


def rail_account(rail: str) -> str:
    """Where the money stands that a payment provider keeps for the house."""
    return f"asset:rail:{rail}"


def adjustable(rail: str) -> tuple[str, ...]:
    """The codes of all accounts that an adjusting entry may move, in the order in which they are offered."""
    return (rail_account(rail), BANK, EXCHANGE, SUSPENSE, TAX, RAIL_FEE, BANK_FEE, WRITTEN_OFF, OTHER_INCOME)


def other_sides() -> tuple[str, ...]:
    """What a movement at the payment provider may have been."""
    return (RAIL_FEE, BANK, EXCHANGE, SUSPENSE, WRITTEN_OFF, OTHER_INCOME, TAX)
