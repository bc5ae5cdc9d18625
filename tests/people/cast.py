"""The fixed cast of the tests, and the quick way to sign one of them in."""

from datetime import date, datetime
from functools import lru_cache
from types import SimpleNamespace

from flask.testing import FlaskClient

from coursehub import clock
from coursehub.db import transaction
from coursehub.people import operations, passwords
from coursehub.people.models import Organisation, Person
from coursehub.people.operations.persons import add_person
from coursehub.people.sessions import COOKIE_KEY

PASSWORD = "correct horse battery"


@lru_cache(maxsize=1)
def _hash() -> str:
    return passwords.hash_password(PASSWORD)


def a_person(name: str, at: datetime, *, email: str | None = None, locale: str = "en", born: date = date(1990, 5, 17)) -> Person:
    """A confirmed person with the cast's password; hashed once a run, since hashing is slow on purpose."""
    with transaction():
        person = add_person(
            display_name=name,
            email=email or f"{name.lower()}@example.org",
            password_hash=_hash(),
            locale=locale,
            birth_on=born,
            at=at,
        )
        person.confirmed_at = at
        operations.accept_texts(person, locale=locale, at=at)
    return person


def an_organisation(name: str, name_en: str, slug: str, at: datetime, *rights: str, is_house: bool = False) -> Organisation:
    """An organisation with the rights the house gives it."""
    organisation = operations.found_organisation(name=name, name_en=name_en, slug=slug, is_house=is_house, at=at)
    for right in rights:
        operations.grant_right(organisation, right, at=at)
    return organisation


def build_cast(at: datetime) -> SimpleNamespace:
    """Everybody of the architecture's cast, with their organisations, as of `at`."""
    cast = SimpleNamespace()
    with transaction():
        cast.house = an_organisation("量潮课堂", "QuantTide Academy", "house", at, "sells", is_house=True)
        cast.northwind = an_organisation("北风编程", "Northwind", "northwind", at, "sells")
        cast.lumen = an_organisation("流明数据", "Lumen", "lumen", at, "sells")
        cast.harbour = an_organisation("港湾软件", "Harbour", "harbour", at, "hires", "member")
        cast.ridge = an_organisation("云岭科技", "Ridge", "ridge", at, "hires", "member")
        for name in ("Ada", "Pia", "Eve", "Stan", "Tara", "Finn", "Fay", "Emma", "Emil", "Theo"):
            setattr(cast, name.lower(), a_person(name, at))
        for organisation, person, roles in (
            (cast.house, cast.stan, ("owner", "staff_catalogue", "staff_finance", "staff_support")),
            (cast.house, cast.fay, ("staff_finance",)),
            (cast.northwind, cast.pia, ("owner",)),
            (cast.northwind, cast.tara, ("teacher",)),
            (cast.northwind, cast.finn, ("finance",)),
            (cast.lumen, cast.eve, ("owner",)),
            (cast.harbour, cast.emma, ("hr",)),
            (cast.ridge, cast.emil, ("hr",)),
        ):
            for role in roles:
                operations.add_member(organisation, person, role, at=at)
    return cast


def sign_in(client: FlaskClient, person: Person) -> None:
    """Sign somebody in as if they had just given their password."""
    _row, token = operations.begin_session(person, device="a test", at=clock.now())
    with client.session_transaction(base_url="https://localhost") as cookie:
        cookie[COOKIE_KEY] = token
        cookie["_fresh"] = True
