"""Every day that is over has one root over its journals; whoever holds a journal's hash can prove that it is among them."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from coursehub.db import db, transaction
from coursehub.ledger import checks, merkle, queries, sealing
from coursehub.ledger.merkle import Tree
from coursehub.ledger.models import DayRoot, Journal
from coursehub.ledger.operations import seal_days
from coursehub.ledger.sealing import Written

from .test_checks import tamper  # noqa: F401 - a fixture

DAY = timedelta(days=1)
contents = st.lists(st.binary(min_size=32, max_size=32), max_size=70)


def as_in_the_standard(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + as_in_the_standard(leaves[:k]) + as_in_the_standard(leaves[k:])).digest()


@given(contents)
def test_the_tree_is_that_of_the_standard(leaves):
    assert Tree(leaves).root == as_in_the_standard(leaves)


def test_a_root_that_others_publish_comes_out_here_as_well():
    """The eight leaves of the test data of certificate transparency."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    root = Tree([bytes.fromhex(each) for each in data]).root.hex()
    assert root == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(contents.filter(bool), st.data())
def test_every_leaf_proves_its_place_and_no_other(leaves, data):
    tree = Tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = tree.path(index)
    assert merkle.root_from(leaves[index], index=index, size=len(leaves), path=path) == tree.root
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda each: each != leaves[index]))
    assert merkle.root_from(other, index=index, size=len(leaves), path=path) != tree.root
    assert merkle.root_from(leaves[index], index=index, size=len(leaves), path=[*path, other]) is None
    if path:
        assert merkle.root_from(leaves[index], index=index, size=len(leaves), path=path[1:]) is None
        bent = [other, *path[1:]] if path[0] != other else [leaves[index], *path[1:]]
        assert merkle.root_from(leaves[index], index=index, size=len(leaves), path=bent) != tree.root
    assert merkle.root_from(leaves[index], index=len(leaves), size=len(leaves), path=path) is None


def test_a_node_cannot_pass_for_a_leaf():
    two = [b"a" * 32, b"b" * 32]
    inner = merkle.leaf_hash(two[0]) + merkle.leaf_hash(two[1])
    assert Tree([inner]).root != Tree(two).root


moments = st.integers(0, 8 * 24 * 60).map(lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(st.lists(moments, max_size=30), st.integers(0, 10))
def test_days_divide_the_chain_whatever_the_order_of_moments(recorded, days):
    written = [Written(n, moment, "") for n, moment in enumerate(recorded, start=1)]
    since, until = date(2026, 3, 1), date(2026, 3, 1) + days * DAY
    found = list(sealing.days_of(written, since=since, until=until))
    assert [day for day, _those in found] == [since + n * DAY for n in range(days)]
    taken = [journal.id for _day, those in found for journal in those]
    assert taken == list(range(1, len(taken) + 1))
    left = written[len(taken) :]
    assert all(sealing.day_of(journal.recorded_at) >= until for journal in left)


def test_a_day_ends_at_midnight_of_the_platform(book):
    """Shanghai is eight hours ahead: 16:00 UTC is its midnight."""
    book("sale:1", at=datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    book("sale:2", at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert seal_days(at=datetime(2026, 3, 3, 15, 59, tzinfo=UTC)) == 1
    assert seal_days(at=datetime(2026, 3, 3, 16, 0, tzinfo=UTC)) == 1
    assert [(row.day, row.after_id, row.through_id) for row in db.session.execute(queries.sealed_days()).scalars()] == [
        (date(2026, 3, 3), 1, 2),
        (date(2026, 3, 2), 0, 1),
    ]


def test_days_without_journals_are_sealed_too_and_late_journals_wait_for_the_next_seal(book, at):
    book("sale:1", at=at)
    assert seal_days(at=at + 3 * DAY) == 3
    assert seal_days(at=at + 3 * DAY) == 0
    book("sale:late", at=at)  # says a moment whose day is sealed
    assert seal_days(at=at + 4 * DAY) == 1
    days = list(db.session.execute(queries.sealed_days()).scalars())
    assert [(row.after_id, row.through_id) for row in days] == [(1, 2), (1, 1), (1, 1), (0, 1)]
    assert days[1].root == merkle.EMPTY.hex()
    assert checks.check_books().faults == ()


def test_nothing_is_sealed_before_the_first_journal(app, at):
    assert seal_days(at=at) == 0


def test_a_journal_proves_that_it_is_in_its_day(book, at):
    for n in range(1, 8):
        book(f"sale:{n}", at=at if n < 6 else at + DAY)
    seal_days(at=at + DAY)
    found = queries.inclusions([2, 5, 7])
    assert set(found) == {2, 5}  # the day of the seventh is not over
    for number, proof in found.items():
        content = bytes.fromhex(db.session.get_one(Journal, number).hash)
        path = [bytes.fromhex(each) for each in proof.path]
        root = merkle.root_from(content, index=proof.place, size=proof.size, path=path)
        assert root is not None and root.hex() == proof.root == queries.sealed_day(proof.day).root


def test_the_database_keeps_a_root_as_it_is(book, at):
    book("sale:1", at=at)
    seal_days(at=at + DAY)
    for statement in ("UPDATE day_root SET root = 'x'", "DELETE FROM day_root"):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            db.session.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE day_root SET root = '" + "0" * 64 + "' WHERE through_id = 3", "do not give the root"),
        ("UPDATE day_root SET through_id = 2 WHERE through_id = 3", "do not give the root"),
        ("UPDATE journal SET hash = '" + "0" * 64 + "' WHERE id = 2", "do not give the root"),
        ("DELETE FROM day_root WHERE through_id = 3", "does not follow the one before"),
    ],
)
def test_a_planted_fault_in_the_days_is_found(book, tamper, at, statement, words):  # noqa: F811
    book("sale:later", at=at + DAY)  # tamper() has booked five at `at`
    seal_days(at=at + 2 * DAY)
    assert checks.check_books().faults == ()
    tamper(statement.replace("= 3", "= 5"))
    assert any(words in fault for fault in checks.check_books().faults)
    assert db.session.execute(sa.select(sa.func.count()).select_from(DayRoot)).scalar_one() in (1, 2)
