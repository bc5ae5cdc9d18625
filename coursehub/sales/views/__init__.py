"""The pages of sales: buying, orders, refunds, links, coupons, and the house's view of them."""

from flask import Blueprint

from coursehub.sales.passes.views import blueprints as passes
from coursehub.sales.shop.views import blueprints as shop

bp = Blueprint("sales", __name__)
bundles_bp = Blueprint("bundles", __name__)
gifts_bp = Blueprint("gifts", __name__)
sponsors_bp = Blueprint("sponsors", __name__)
blueprints = [bp, *shop, bundles_bp, gifts_bp, sponsors_bp, *passes]

# The views register themselves on bp, which must exist first.
from coursehub.sales.views import (  # noqa: E402
    attribution,
    bundles,
    buying,
    campaigns,
    coupons,
    disputes,
    gifts,
    house,
    instalments,
    links,
    member_papers,
    offerings,
    orders,
    papers,
    register,
    sponsors,
    support,
    webhooks,
)

__all__ = [
    "attribution",
    "blueprints",
    "bp",
    "bundles",
    "bundles_bp",
    "buying",
    "campaigns",
    "coupons",
    "disputes",
    "gifts",
    "gifts_bp",
    "house",
    "instalments",
    "links",
    "member_papers",
    "offerings",
    "orders",
    "papers",
    "register",
    "sponsors",
    "sponsors_bp",
    "support",
    "webhooks",
]
