"""The rail of a test speaks to a sandbox on a loopback port."""

from tests.sandbox.conftest import inbox, sandbox

__all__ = ["inbox", "sandbox"]
