"""Other programs add our books up: bean-check and hledger, each a process of its own that knows nothing of us."""

import csv
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from coursehub.db import db
from coursehub.ledger import exports
from coursehub.ledger.models import Account, Balance
from coursehub.money import as_decimal
from tests.conftest import require

BEAN_CHECK = shutil.which("bean-check", path=str(Path(sys.executable).parent))
HLEDGER = shutil.which("hledger")
_LEG = re.compile(r"^ +(Liabilities|Income)\S*  -?[\d.]+ [A-Z]{3}(?!.*=)")


def accepted(name: str, text: str, folder: Path) -> tuple[bool, str]:
    """Whether the program of this format accepts these books, and what it said."""
    file = folder / f"books.{name}"
    file.write_text(text, encoding="utf-8")
    if name == "beancount":
        require(BEAN_CHECK, "bean-check")
        command = [str(BEAN_CHECK), str(file)]
    else:
        require(HLEDGER, "hledger")
        command = [str(HLEDGER), "-f", str(file), "check", "--strict"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return ran.returncode == 0, ran.stdout + ran.stderr


def agree(folder: Path) -> None:
    """Both accept the books of this database, with what every account must hold, and hledger comes to our balances by itself."""
    for name, export in exports.FORMATS.items():
        assert accepted(name, "\n".join(export()) + "\n", folder) == (True, ""), name
    command = [str(HLEDGER), "-f", str(folder / "books.hledger"), "balance", "--flat", "--no-total", "--layout=bare", "-O", "csv"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    theirs = {(account, currency): Decimal(amount) for account, currency, amount in list(csv.reader(ran.stdout.splitlines()))[1:]}
    rows = db.session.execute(
        sa.select(Account.code, Account.party, Account.currency, Balance.posted_minor).join(
            Balance, Balance.account_id == Account.id
        )
    )
    ours = {
        (exports.account_name(code, party), currency): as_decimal(int(minor), currency) for code, party, currency, minor in rows
    }
    assert {key: amount for key, amount in theirs.items() if amount} == {key: amount for key, amount in ours.items() if amount}


def find_a_cent(folder: Path) -> None:
    """Both refuse the books with a cent too much in one leg, and with that cent taken from another."""
    for name, export in exports.FORMATS.items():
        lines = list(export())
        legs = [n for n, line in enumerate(lines) if _LEG.match(line)]
        for place, cents in ((legs[0], 1), (legs[-1], -1)):
            account, amount, currency = lines[place].split()[:3]
            lines[place] = f"  {account}  {Decimal(amount) + Decimal(cents) / 100} {currency}"
            assert not accepted(name, "\n".join(lines) + "\n", folder)[0], name
