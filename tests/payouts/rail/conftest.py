"""The shop of the sales tests, whose rail speaks to a sandbox on a loopback port."""

from tests.sales.conftest import course, inbox, offering, sandbox, shop

__all__ = ["course", "inbox", "offering", "sandbox", "shop"]
