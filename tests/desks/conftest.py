"""The desks look at a shop in which something can be bought."""

from tests.sales.conftest import course, inbox, offering, sandbox, shop

__all__ = ["course", "inbox", "offering", "sandbox", "shop"]
