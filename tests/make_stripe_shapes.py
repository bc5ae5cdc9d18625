"""Makes tests/stripe_shapes.json: names and types of the Stripe objects that the sandbox plays.

    python tests/make_stripe_shapes.py FIXTURES.json

FIXTURES.json is `openapi/fixtures3.json` of Stripe's official OpenAPI repository
(MIT licence). Values are dropped; what stays is which fields an object has and
of which kind each is. `null` in a fixture says nothing about a type.
"""

import json
import sys
from pathlib import Path
from typing import Any

KINDS = (
    "account",
    "balance",
    "balance_transaction",
    "charge",
    "checkout.session",
    "customer",
    "dispute",
    "event",
    "invoice",
    "invoice_payment",
    "item",
    "payment_intent",
    "payout",
    "refund",
    "subscription",
    "transfer",
    "transfer_reversal",
    "webhook_endpoint",
)
OUT = Path(__file__).parent / "stripe_shapes.json"
DEEPEST = 2


def shape(value: Any, depth: int = 0) -> Any:
    """The kind of a value; of an object, the kinds of its fields, two levels deep."""
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    if depth >= DEEPEST:
        return "object"
    return {name: shape(child, depth + 1) for name, child in sorted(value.items())}


def main() -> None:
    """Read the fixtures named on the command line and write the shapes beside this script."""
    resources = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["resources"]
    shapes = {kind: shape(resources[kind]) for kind in KINDS}
    OUT.write_text(json.dumps(shapes, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
