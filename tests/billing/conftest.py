"""An account of the house at its bank, and books that are sound after every test that asks for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from coursehub.billing.checks import faults
from coursehub.billing.operations import set_collection_account
from coursehub.ledger.checks import check_books

from .statement import ACCOUNT


@pytest.fixture
def bank_account(app: Flask, cast: Any, at: datetime) -> Iterator[None]:
    set_collection_account("CNY", holder="量潮课堂", bank="招商银行", number=ACCOUNT, by=cast.acting(cast.fay), at=at)
    yield
    assert list(faults()) == [] and check_books().faults == ()
