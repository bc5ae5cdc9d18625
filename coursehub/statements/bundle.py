"""The bundle: everything from which a partner recomputes a statement without the house, as plain data and as a zip.

Events carry the facts that the waterfall needs and nothing about who bought. A journal is told in full where all
its legs belong to sides of contracts that the party itself signed; else only its hash and the party's own legs.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import aliased

from coursehub.config import package
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyEvent, MoneyLine
from coursehub.contracts.terms import canonical
from coursehub.db import db
from coursehub.ledger import chain
from coursehub.ledger import queries as ledger
from coursehub.ledger.chain import Header
from coursehub.ledger.models import Journal, Posting
from coursehub.statements import entries, history, reckoning, reserves

README = """\
This folder holds a statement and everything it is made from. Check it without us (Python 3.9 or newer, no network):
    python3 check_statement.py
Compare the hash that it prints with the one in your letter, and the roots of the days (days.json) with those that
everybody is shown at {days}

本文件夹包含一份对账单及其全部依据。无需联系我们即可核验（Python 3.9以上，不用联网）：
    python3 check_statement.py --zh
请把打印出的哈希与邮件中的对照，把days.json中的每日根哈希与公开页面对照：{days}
"""


def event_data(party: str, currency: str, after: int, through: int, ends: datetime, *, form: str) -> list[dict[str, Any]]:
    """The events of a statement, with those it leans on: sales that refunds take back, earlier refunds of these, what is held.

    form: of the statement. Sales whose terms keep a reserve say by which journal it was let go of, but for the first form.
    """
    rows = _events(party, currency, after, through, ends, form=form)
    told = entries.as_data(rows, form=form)
    return told if form == reckoning.WITHOUT_BANKS else _with_reserves(rows, told, through)


def _with_reserves(rows: Sequence[sa.Row[Any]], told: list[dict[str, Any]], through: int) -> list[dict[str, Any]]:
    keep = contracts.days_of_reserves()
    sales = [event.id for event in rows if event.kind == "sale" and event.terms_hash in keep]
    let_go: dict[int, int] = {}
    for first in range(0, len(sales), entries.AT_ONCE):
        let_go |= reserves.let_go_by(sales[first : first + entries.AT_ONCE], through)
    kept = set(sales)
    return [each | {"let_go": let_go.get(row.id)} if row.id in kept else each for row, each in zip(rows, told, strict=True)]


def _events(party: str, currency: str, after: int, through: int, ends: datetime, *, form: str) -> list[sa.Row[Any]]:
    """Plain rows: thousands of objects that nobody changes would cost most of the time that a statement takes."""
    mine = sa.exists().where(MoneyLine.event_id == MoneyEvent.id, MoneyLine.party == party)
    kept: sa.Select[Any] = reserves.sales_to_come(ends)
    if form != reckoning.WITHOUT_BANKS:
        kept = select(reserves.kept_of_sales(party, currency, through).subquery().c.sale_id)
    reserved = MoneyEvent.id.in_(kept) | MoneyEvent.reverses_id.in_(kept)
    columns = select(MoneyEvent.__table__)
    leading = columns.where(
        mine, MoneyEvent.currency == currency, MoneyEvent.journal_id <= through,
        (MoneyEvent.journal_id > after) | (MoneyEvent.held_until > ends) | reserved,
    )  # fmt: skip
    found = {event.id: event for event in db.session.execute(leading)}

    def beside(sales: Sequence[int]) -> None:
        for first in range(0, len(sales), entries.AT_ONCE):
            some = sales[first : first + entries.AT_ONCE]
            nothing = MoneyEvent.id.in_(some) & MoneyEvent.journal_id.is_(None)  # sold for nothing but a fee: no legs, no journal
            known = (MoneyEvent.id.in_(some) | MoneyEvent.reverses_id.in_(some)) & (MoneyEvent.journal_id <= through)
            rest = columns.where(known | nothing)
            found.update({event.id: event for event in db.session.execute(rest)})

    beside(sorted({event.reverses_id for event in found.values() if event.reverses_id}))
    if form != reckoning.WITHOUT_BANKS:
        earlier = {event.journal_id for event in found.values() if event.journal_id and event.journal_id <= after}
        beside(_others_of(sorted(earlier), mine, set(found)))
    return [found[number] for number in sorted(found)]


def _others_of(journals: Sequence[int], mine: sa.ColumnElement[bool], known: set[int]) -> list[int]:
    """What else of the party stands in journals of earlier months, of a bundle above all: only together do they make its legs."""
    others: set[int] = set()
    for first in range(0, len(journals), entries.AT_ONCE):
        within = MoneyEvent.journal_id.in_(journals[first : first + entries.AT_ONCE])
        others |= set(db.session.execute(select(MoneyEvent.id).where(mine, within)).scalars())
    return sorted(others - known)


def bundle(data: Mapping[str, Any], accounts: Mapping[int, str]) -> dict[str, Any]:
    """The parts of a bundle by name.

    data: the statement. accounts: the party's accounts, number -> code.
    """
    after, through = data["journals"]["after"], data["journals"]["through"]
    ends = datetime.fromisoformat(data["ends"])
    events = event_data(data["party"], data["currency"], after, through, ends, form=data["format"])
    histories = told_histories(data, events)
    terms: dict[str, dict[str, Any]] = {}
    hashes = {event["terms_hash"] for event in events} | {one["hash"] for each in histories or () for one in each["terms"]}
    for terms_hash in sorted(hashes):
        signed = contracts.terms_with_hash(terms_hash)
        if signed is not None:
            terms[terms_hash] = {"semantics": signed.semantics, "terms": signed.body, "texts": signed.texts}
    known = {party["id"] for document in terms.values() for party in document["terms"]["parties"]} | {data["party"], ""}
    known |= {document["terms"]["contract"] for document in terms.values()}  # its counters stand under its own name
    numbers = (
        _numbers(accounts, after, through)
        | {event["journal"] for event in events if event["journal"]}
        | ({through} if through else set())
    )
    numbers |= {event["let_go"] for event in events if event.get("let_go")}
    numbers |= _taken_off(accounts, after, through)
    journals, days = _journals(sorted(numbers), data, accounts.values(), known)
    if data["chain"]["root"]:
        days[data["chain"]["root"]["day"]] = data["chain"]["root"]["root"]
    return {
        "statement": {"statement": data, "hash": reckoning.hash_of(data)},
        "terms": terms,
        "events": events,
        **({} if histories is None else {"history": histories}),
        "journals": journals,
        "days": dict(sorted(days.items())),
    }


def told_histories(data: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """The histories of contracts that go with a statement's events; None in forms of before, which know none."""
    if data["format"] != reckoning.FORMAT:
        return None
    span = datetime.fromisoformat(data["begins"]), datetime.fromisoformat(data["ends"])
    return history.history_data(data["party"], data["currency"], data["journals"]["through"], span, events)


def _numbers(accounts: Mapping[int, str], after: int, through: int) -> set[int]:
    moved = select(Posting.journal_id).where(
        Posting.account_id.in_(accounts), Posting.journal_id > after, Posting.journal_id <= through
    )
    return set(db.session.execute(moved.distinct()).scalars())


def _taken_off(accounts: Mapping[int, str], after: int, through: int) -> set[int]:
    """The payments that corrections of the month take back: what had been booked wrongly as paid back by bank."""
    paid = aliased(Journal)
    found = (
        select(paid.id)
        .join_from(Journal, Posting, Posting.journal_id == Journal.id)
        .join(paid, paid.id == Journal.reverses)
        .where(paid.kind == "debt_paid", Posting.account_id.in_(accounts), Journal.id > after, Journal.id <= through)
    )
    return set(db.session.execute(found).scalars())


def _journals(
    numbers: Sequence[int], data: Mapping[str, Any], codes: Any, known: set[str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    own, proofs, days = set(codes), ledger.inclusions(numbers), {}
    found = []
    for journal, lines in ledger.journals_with_lines(numbers):
        header = Header(*(getattr(journal, field) for field in Header._fields))
        proof = proofs.get(journal.id)
        if proof:
            days[proof.day.isoformat()] = proof.root
        open_to_party = all(line.party in known for line in lines)
        found.append(
            {
                "id": journal.id,
                "kind": journal.kind,
                "hash": journal.hash,
                "content": json.loads(chain.canonical(header, lines, prev_hash=journal.prev_hash)) if open_to_party else None,
                "own": [
                    {"account": line.code, "amount_minor": -line.amount_minor}
                    for line in lines
                    if line.party == data["party"] and line.currency == data["currency"] and line.code in own
                ],
                "proof": {"day": proof.day.isoformat(), "place": proof.place, "size": proof.size, "path": proof.path}
                if proof
                else None,
            }
        )
    return found, days


def zipped(parts: Mapping[str, Any], *, days_url: str) -> bytes:
    """A bundle as one file, with the program that checks it; the same bytes each time."""
    out = io.BytesIO()
    files = {f"{name}.json": canonical(part) for name, part in parts.items()}
    files["README.txt"] = README.format(days=days_url).encode()
    files["check_statement.py"] = (package() / "static" / "check_statement.py").read_bytes()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
