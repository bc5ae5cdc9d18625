"""Our SEPA message against the official schema, which the package sepaxml carries (MIT)."""

from pathlib import Path

import pytest

from coursehub.payouts import pain001
from coursehub.payouts.orders import Account, Order
from tests.conftest import require

from .test_files import IBAN, orders


@pytest.fixture(scope="module")
def schema():
    """pain.001.001.09 as ISO 20022 publishes it."""
    try:
        import sepaxml
        import xmlschema
    except ImportError:
        require(None, "sepaxml with its schemas")
    return xmlschema.XMLSchema(str(Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"))


def test_the_message_is_valid(schema):
    schema.validate(pain001.written(orders()).decode())


@pytest.mark.parametrize("holder", ["北风编程有限公司", "Ł" * 200, "a&b<c>'\"", "   "])
def test_whatever_a_holder_is_called_the_message_is_valid(schema, holder):
    to = Account(holder, IBAN)
    schema.validate(pain001.written(orders(orders=[Order("pay0000000000001", to, 10**13, holder * 9)])).decode())


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("<CreDtTm>2026-02-12T09:30:00Z</CreDtTm>", ""), ("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>CASH</PmtMtd>"), ('Ccy="EUR"', ""),
        ("<IBAN>DE89370400440532013000</IBAN>", "<IBAN>nonsense</IBAN>"), ("<NbOfTxs>2</NbOfTxs>", "<NbOfTxs>two</NbOfTxs>"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(schema, was, is_now):
    text = pain001.written(orders()).decode()
    assert was in text
    assert not schema.is_valid(text.replace(was, is_now))
