"""The shop of the other tests of sales."""
from tests.sales.conftest import course, inbox, offering, sandbox, shop

__all__ = ["course", "inbox", "offering", "sandbox", "shop"]
