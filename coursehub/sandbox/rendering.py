"""How a kept object is shown: without our private notes, with what was asked to be expanded."""

from collections.abc import Iterable

from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.shapes import Body, listing
from coursehub.sandbox.store import Store

# Fields that hold an id, and the kind of the object it names.
_LINKS = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "customer": "customer",
    "destination": "account",
    "failure_balance_transaction": "balance_transaction",
    "invoice": "invoice",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "source": "charge",
    "source_transaction": "charge",
    "transfer": "transfer",
}

# What moved the balance may be any of these; an id says which.
_BY_PREFIX = {"re": "refund", "du": "dispute", "tr": "transfer", "trr": "transfer_reversal", "po": "payout"}


def rendered(store: Store, body: Body, expand: Iterable[str] = ()) -> Body:
    """The object as a caller sees it.

    Raises ApiError for a path that cannot be expanded.
    """
    shown = {name: value for name, value in body.items() if not name.startswith("_")}
    if shown["object"] == "balance_transaction":
        shown["status"] = "available" if shown["available_on"] <= store.now() else "pending"
    for head, tails in _by_head(expand).items():
        shown[head] = _expanded(store, body, head, tails)
    return shown


def rendered_list(store: Store, url: str, bodies: list[Body], has_more: bool, expand: Iterable[str] = ()) -> Body:
    """A list as a caller sees it; its paths begin with `data.`."""
    inner = []
    for path in expand:
        head, _, tail = path.partition(".")
        if head != "data" or not tail:
            raise _cannot(path)
        inner.append(tail)
    return listing(url, [rendered(store, body, inner) for body in bodies], has_more)


def _by_head(paths: Iterable[str]) -> dict[str, list[str]]:
    heads: dict[str, list[str]] = {}
    for path in paths:
        head, _, tail = path.partition(".")
        heads.setdefault(head, []).extend([tail] if tail else [])
    return heads


def _expanded(store: Store, body: Body, head: str, tails: list[str]) -> object:
    kind = body["object"]
    if kind == "checkout.session" and head == "line_items":
        return listing(f"/v1/checkout/sessions/{body['id']}/line_items", body["_line_items"])
    if kind == "charge" and head == "refunds":
        found = store.matching("refund", charge=body["id"])[::-1]
        return rendered_list(store, f"/v1/charges/{body['id']}/refunds", found, False, tails)
    if head not in body or head not in _LINKS:
        raise _cannot(head)
    id = body[head]
    if id is None:
        return None
    other = _BY_PREFIX.get(str(id).split("_")[0], _LINKS[head])
    found_one = store.find(other, id)
    return id if found_one is None else rendered(store, found_one, tails)


def _cannot(path: str) -> ApiError:
    return ApiError(400, f"This property cannot be expanded ({path}).", param="expand")
