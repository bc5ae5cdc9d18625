"""Backup, restore, verify: whole or refused, and from one database to another."""

import gzip
import shutil
import tarfile

import click
import pytest
import sqlalchemy as sa

from coursehub import archive, config, schema, storage
from coursehub.app import create_app
from coursehub.db import db, transaction
from coursehub.ledger.operations import AccountRef, Leg, post


@pytest.fixture
def lived_in(app, cast, at):
    """An installation with people, a booked journal and a file."""
    _ = (cast.pia, cast.ada)
    with transaction():
        post(
            kind="sale", effect_key="sale:1", occurred_at=at, at=at, currency="CNY",
            postings=[Leg(AccountRef("asset:rail:stripe"), 500), Leg(AccountRef("income:share"), -500)],
        )  # fmt: skip
    storage.put(b"a file of the house", suffix=".txt")
    db.session.remove()
    return app


def restored(source, folder):
    other = create_app(config.read({"COURSEHUB_INSTANCE": str(folder), "COURSEHUB_SECRET_KEY": "y" * 40}))
    with other.app_context():
        said = archive.restore(str(source))
        counts = {t.name: db.session.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in archive._tables()}
        kept = storage.exists(storage.put(b"a file of the house", suffix=".txt"))
        from coursehub.ledger.checks import check_books

        fine = check_books()
        db.session.remove()
        db.engine.dispose()
    return said, counts, kept, fine


def test_a_restored_installation_has_every_row_and_file_and_its_books_verify(lived_in, at, tmp_path):
    target = tmp_path / "whole.tar.gz"
    archive.back_up(str(target), at=at)
    assert "is whole" in archive.verify(str(target))
    before = {t.name: db.session.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in archive._tables()}
    _said, after, kept, fine = restored(target, tmp_path / "new")
    assert after == before
    assert kept
    assert fine.faults == ()


def test_an_archive_with_one_changed_byte_is_refused(lived_in, at, tmp_path):
    target, damaged = tmp_path / "whole.tar.gz", tmp_path / "damaged.tar.gz"
    archive.back_up(str(target), at=at)
    plain = bytearray(gzip.decompress(target.read_bytes()))
    where = plain.find(b"a file of the house")
    plain[where] ^= 1
    damaged.write_bytes(gzip.compress(bytes(plain)))
    with pytest.raises(click.ClickException, match="damaged"):
        archive.verify(str(damaged))


def test_an_archive_that_was_cut_off_is_refused(lived_in, at, tmp_path):
    target = tmp_path / "whole.tar.gz"
    archive.back_up(str(target), at=at)
    target.write_bytes(target.read_bytes()[:-400])
    with pytest.raises(click.ClickException, match="cannot be read"):
        archive.verify(str(target))


def test_something_else_is_not_a_backup(tmp_path):
    other = tmp_path / "other.tar.gz"
    with tarfile.open(other, "w:gz"):
        pass
    with pytest.raises(click.ClickException, match="not a coursehub backup"):
        archive.verify(str(other))


def test_nothing_is_restored_over_a_lived_in_installation(lived_in, at, tmp_path):
    target = tmp_path / "whole.tar.gz"
    archive.back_up(str(target), at=at)
    with pytest.raises(click.ClickException, match="not empty"):
        archive.restore(str(target))
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    assert schema.revision() == schema.newest_revision()
