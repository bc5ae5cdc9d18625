"""The shop of the sales tests, whose rail speaks to a sandbox on a loopback port."""

from tests.sales.conftest import course, inbox, offering, sandbox, shop
from tests.sales.passes.conftest import story

__all__ = ["course", "inbox", "offering", "sandbox", "shop", "story"]
