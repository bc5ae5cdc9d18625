"""What happens in a payee's own account at the service: transfers come in, and the service sends them on to the payee's bank."""

from coursehub.sandbox import shapes_out
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.events import announce
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store


def balance_minor(store: Store, account_id: str, currency: str) -> int:
    """What stands in this account: transfers that were not reversed, without what was sent on to its bank.

    currency: as the service writes it, in small letters.
    """
    received = "json_extract(body, '$.amount') - json_extract(body, '$.amount_reversed')"
    found = store.rows(
        f"SELECT (SELECT coalesce(sum({received}), 0) FROM object WHERE kind = 'transfer'"
        " AND json_extract(body, '$.destination') = ? AND json_extract(body, '$.currency') = ?)"
        " - (SELECT coalesce(sum(json_extract(body, '$.amount')), 0) FROM object WHERE kind = 'payout'"
        " AND json_extract(body, '$._account') = ? AND json_extract(body, '$.currency') = ?"
        " AND json_extract(body, '$.status') = 'paid')",
        account_id, currency, account_id, currency,
    )  # fmt: skip
    return int(found[0][0])


def balances(store: Store, account_id: str) -> dict[str, int]:
    """What stands in this account in each currency that ever came in."""
    came_in = store.rows(
        "SELECT DISTINCT json_extract(body, '$.currency') AS c FROM object WHERE kind = 'transfer'"
        " AND json_extract(body, '$.destination') = ? ORDER BY c",
        account_id,
    )
    return {currency: balance_minor(store, account_id, currency) for (currency,) in came_in}


def send_on(store: Store, account_id: str, currency: str, *, at: int, arrives: bool = True) -> Body:
    """The service sends everything that stands in the account on to the payee's bank, where it arrives or is sent back."""
    with store.transaction():
        amount = balance_minor(store, account_id, currency)
        if amount < 1:
            message = "You have insufficient funds in your Stripe account."
            raise ApiError(400, message, code="balance_insufficient", started=True)
        if not arrives:
            return fail_payout(store, account_id, amount, currency, at=at)
        return _pay_out(store, account_id, amount, currency, {"status": "paid"}, at=at)


def fail_payout(store: Store, account_id: str, amount: int, currency: str, *, at: int) -> Body:
    """A payout of a payee's own account to its bank that failed; the money stands in that account again."""
    why = {"status": "failed", "failure_code": "account_closed", "failure_message": "The bank account has been closed"}
    with store.transaction():
        return _pay_out(store, account_id, amount, currency.lower(), why, at=at)


def _pay_out(store: Store, account_id: str, amount: int, currency: str, how: Body, *, at: int) -> Body:
    store.get("v2.core.account", account_id)
    body = shapes_out.payout(
        id=new_id("po"), amount=amount, arrival_date=at, balance_transaction=None, created=at, currency=currency,
        destination=new_id("ba"),
    )  # fmt: skip
    body |= how | {"_account": account_id}
    announce(store, f"payout.{how['status']}", store.put(body), at=at, account=account_id)
    return body
