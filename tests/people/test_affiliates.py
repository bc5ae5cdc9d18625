"""Staff say which organisation owns another; it is one level deep, and written down."""

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.people import operations
from coursehub.people.models import PeopleAudit
from tests.cast import sign_in


def test_staff_set_and_take_away_the_owner_of_an_organisation(app, cast):
    cato, _ = sign_in(app.test_client(), cast.cato), cast.harbour
    address = f"/house/organisations/{cast.beacon.public_id}"
    assert cato.post(f"{address}/parent", data={"parent": "Harbour"}).status_code == 303
    db.session.expire_all()
    assert cast.beacon.parent_id == cast.harbour.id
    page = cato.get(address).text
    assert "Owned by" in page and "Harbour" in page
    assert "Affiliates:" in cato.get(f"/house/organisations/{cast.harbour.public_id}").text
    cato.post(f"{address}/parent", data={"parent": ""})
    db.session.expire_all()
    assert cast.beacon.parent_id is None
    audit = db.session.execute(
        sa.select(PeopleAudit.facts).where(PeopleAudit.act == "parent_set").order_by(PeopleAudit.id)
    ).scalars()
    assert list(audit) == [
        {"before_id": None, "parent_id": cast.harbour.id}, {"before_id": cast.harbour.id, "parent_id": None},
    ]  # fmt: skip
    assert "No organisation is called" in cato.post(f"{address}/parent", data={"parent": "Nowhere"}, follow_redirects=True).text


def test_ownership_is_one_level_deep_and_never_of_the_house(cast, at):
    cato = cast.acting(cast.cato)
    operations.set_parent(cast.beacon, cast.harbour, by=cato, at=at)
    for organisation, parent in (
        (cast.harbour, cast.lumen), (cast.lumen, cast.beacon), (cast.lumen, cast.lumen), (cast.house, cast.lumen), (cast.lumen, cast.house),
    ):  # fmt: skip
        with pytest.raises(operations.CannotOwnIt):
            operations.set_parent(organisation, parent, by=cato, at=at)


def test_only_catalogue_staff_say_so(cast, at):
    for person in (cast.susi, cast.emma, cast.pia):
        with pytest.raises(NotAllowed):
            operations.set_parent(cast.beacon, cast.harbour, by=cast.acting(person), at=at)
