"""Accounts of recipients: opened by the shop, told about by the payee on a page of one use, then able to receive."""

from typing import Any

from coursehub.sandbox import shapes_out
from coursehub.sandbox.errors import ApiError, missing, wanted
from coursehub.sandbox.events import announce
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store

_MINUTES = 10
# Where accounts of recipients cannot be: the service does not reach them.
UNSUPPORTED = ("cn", "ru", "ir", "kp", "cu", "sy")
_WANTED = ("identity.business_details", "identity.representative", "external_account")


def open_account(store: Store, wish: dict[str, Any], *, at: int) -> Body:
    """A v2 account with the configuration of a recipient; it can do nothing before its payee told who it is."""
    country = str((wish.get("identity") or {}).get("country") or "").lower()
    configuration = wish.get("configuration") or {}
    if not country:
        raise wanted("identity.country")
    if set(configuration) != {"recipient"}:
        raise ApiError(400, "The sandbox knows only accounts with the configuration `recipient`.", param="configuration")
    if country in UNSUPPORTED:
        raise ApiError(
            400, f"{country.upper()} is not currently supported.", code="country_unsupported", param="identity.country"
        )
    body: Body = {
        "id": new_id("acct", 16),
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": False,
        "contact_email": wish.get("contact_email"),
        "contact_phone": None,
        "created": at,
        "dashboard": wish.get("dashboard", "none"),
        "defaults": wish.get("defaults"),
        "display_name": wish.get("display_name"),
        "future_requirements": None,
        "identity": {"country": country, "entity_type": "company"},
        "livemode": False,
        "metadata": wish.get("metadata") or {},
        "_given": [],
    }
    with store.transaction():
        return store.put(_judged(body))


def told(body: Body) -> Body:
    """The account once its payee told everything."""
    body["_given"] = list(_WANTED)
    return _judged(body)


def _judged(body: Body) -> Body:
    """Capabilities and requirements as they follow from what was given."""
    missing_ones = [name for name in _WANTED if name not in body["_given"]]
    touched = bool(body["_given"])
    status = "active" if not missing_ones else "restricted" if touched else "pending"
    details = [] if status == "active" else [{"code": "requirements_past_due", "resolution": "provide_info"}]
    capability = {"status": status, "status_details": details}
    body["configuration"] = {
        "customer": None,
        "merchant": None,
        "recipient": {
            "applied": True,
            "capabilities": {"stripe_balance": {"stripe_transfers": capability, "payouts": dict(capability)}},
        },
    }
    body["requirements"] = {
        "entries": [
            {
                "awaiting_action_from": "user",
                "description": name,
                "errors": [],
                "impact": {
                    "restricts_capabilities": [{"capability": "stripe_balance.stripe_transfers", "configuration": "recipient"}]
                },
                "minimum_deadline": {"status": "past_due" if touched else "currently_due"},
                "requested_reasons": [{"code": "routine_onboarding"}],
            }
            for name in missing_ones
        ],
        "summary": {"minimum_deadline": {"status": "past_due" if touched else "currently_due"}} if missing_ones else None,
    }
    return body


def open_link(store: Store, wish: dict[str, Any], *, public_url: str, at: int) -> Body:
    """A link to the onboarding page; it works once, for some minutes."""
    account = store.get("v2.core.account", str(wish.get("account")), "account")
    use = wish.get("use_case") or {}
    options = use.get("account_onboarding") or {}
    if use.get("type") != "account_onboarding":
        raise ApiError(400, "The sandbox knows only onboarding.", param="use_case")
    if not options.get("refresh_url"):
        raise wanted("use_case.account_onboarding.refresh_url")
    id = new_id("alink", 24)
    link: Body = {
        "id": id,
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": at,
        "expires_at": at + _MINUTES * 60,
        "livemode": False,
        "url": f"{public_url}/onboard/{id}",
        "use_case": use,
        "_used": False,
    }
    with store.transaction():
        return store.put(link)


def link(store: Store, link_id: str) -> tuple[Body, Body]:
    """A link and its account."""
    found = store.find("v2.core.account_link", link_id)
    if found is None:
        raise missing("account_link", link_id)
    return found, store.get("v2.core.account", found["account"])


def is_over(found: Body, *, at: int) -> bool:
    """Whether a link cannot be used any more."""
    return bool(found["_used"]) or at >= found["expires_at"]


def tell(store: Store, link_id: str, *, everything: bool, at: int) -> Body:
    """The payee tells all that is wanted, or only a part; the service judges at once."""
    with store.transaction():
        found, account = link(store, link_id)
        if is_over(found, at=at):
            raise ApiError(400, "This link was used or has expired.")
        account["_given"] = list(_WANTED) if everything else list(_WANTED[:1])
        store.put(_judged(account))
        store.put(found | {"_used": True})
        older = shapes_out.account(
            id=account["id"], country=account["identity"]["country"].upper(), created=account["created"], default_currency="usd",
            email=account["contact_email"], metadata=account["metadata"], details_submitted=everything,
            payouts_enabled=everything,
        )  # fmt: skip
        announce(store, "account.updated", older, at=at, account=account["id"])
        return found
