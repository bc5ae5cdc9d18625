"""The fixed cast of all tests: each person appears when first named.

Ada learns, Pia is the partner (Northwind), Eve another partner (Lumen), Tara teaches and
Finn does finance at Northwind, Stan is staff in all roles, Fay is house finance, Cato house
catalogue, Susi house support, Emma hires at Harbour, Emil at Beacon, Theo is a senior part-timer.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache

from flask.testing import FlaskClient

from coursehub.db import transaction
from coursehub.people import passwords
from coursehub.people.actor import Actor, actor_for
from coursehub.people.models import Organisation, Person
from coursehub.people.operations.organisations import add_member, found_organisation, grant_right
from coursehub.people.operations.persons import accept_texts, add_person
from coursehub.people.operations.signing_in import begin_session
from coursehub.people.sessions import COOKIE_KEY

PASSWORD = "a calm harbour at low tide"
BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """One hash for everybody: argon2 is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def _person(name: str, locale: str = "en", born: date = date(1995, 5, 17)) -> Person:
    with transaction():
        person = add_person(
            display_name=name, email=f"{name.split(maxsplit=1)[0].lower()}@example.org", password_hash=password_hash(),
            locale=locale, birth_on=born, at=BEGINNING,
        )  # fmt: skip
        person.confirmed_at = BEGINNING
        accept_texts(person, locale=locale, at=BEGINNING)
    return person


class Cast:
    """People and organisations of the tests, by name."""

    @cached_property
    def house(self) -> Organisation:
        """量潮课堂, who runs the installation."""
        found = found_organisation(name="量潮课堂", name_en="QuantTide Academy", slug="house", is_house=True, at=BEGINNING)
        grant_right(found, "sells", at=BEGINNING)
        return found

    @cached_property
    def northwind(self) -> Organisation:
        """Pia's organisation, a partner."""
        return self._organisation("北风编程", "Northwind", "northwind", "sells")

    @cached_property
    def lumen(self) -> Organisation:
        """Eve's organisation, another partner."""
        return self._organisation("流明数据", "Lumen", "lumen", "sells")

    @cached_property
    def harbour(self) -> Organisation:
        """Emma's organisation, a member that hires."""
        return self._organisation("海港软件", "Harbour", "harbour", "hires", "member")

    @cached_property
    def beacon(self) -> Organisation:
        """Emil's organisation, another member that hires."""
        return self._organisation("灯塔科技", "Beacon", "beacon", "hires", "member")

    def _organisation(self, name: str, name_en: str, slug: str, *rights: str) -> Organisation:
        _ = self.house
        found = found_organisation(name=name, name_en=name_en, slug=slug, at=BEGINNING)
        for right in rights:
            grant_right(found, right, at=BEGINNING)
        return found

    def _member(self, name: str, organisation: Organisation, *roles: str) -> Person:
        person = _person(name)
        for role in roles:
            add_member(organisation, person, role, at=BEGINNING)
        return person

    @cached_property
    def ada(self) -> Person:
        """Learns."""
        return _person("Ada Chen")

    @cached_property
    def bo(self) -> Person:
        """Learns as well, for races and reviews."""
        return _person("Bo Lin", "zh-CN")

    @cached_property
    def pia(self) -> Person:
        """Owns Northwind and writes its courses."""
        return self._member("Pia Berg", self.northwind, "owner", "author")

    @cached_property
    def tara(self) -> Person:
        """Teaches at Northwind."""
        return self._member("Tara Wu", self.northwind, "teacher")

    @cached_property
    def finn(self) -> Person:
        """Does finance at Northwind."""
        return self._member("Finn Olsen", self.northwind, "finance")

    @cached_property
    def eve(self) -> Person:
        """Owns Lumen."""
        return self._member("Eve Moreau", self.lumen, "owner", "author")

    @cached_property
    def stan(self) -> Person:
        """Staff in every role, and an owner of the house."""
        return self._member("Stan Zhou", self.house, "owner", "author", "staff_catalogue", "staff_finance", "staff_support")

    @cached_property
    def cato(self) -> Person:
        """House catalogue only."""
        return self._member("Cato Hu", self.house, "staff_catalogue")

    @cached_property
    def fay(self) -> Person:
        """House finance only."""
        return self._member("Fay Qian", self.house, "staff_finance")

    @cached_property
    def susi(self) -> Person:
        """House support only."""
        return self._member("Susi Tang", self.house, "staff_support")

    @cached_property
    def emma(self) -> Person:
        """Hires at Harbour."""
        return self._member("Emma Roth", self.harbour, "hr")

    @cached_property
    def emil(self) -> Person:
        """Hires at Beacon."""
        return self._member("Emil Sand", self.beacon, "hr")

    @cached_property
    def theo(self) -> Person:
        """A senior part-timer."""
        return _person("Theo Maas")

    def acting(self, person: Person) -> Actor:
        """The person as an actor, for the organisation they belong to."""
        return actor_for(person)


def sign_in(client: FlaskClient, person: Person, *, at: datetime | None = None) -> FlaskClient:
    """Give a browser a session of this person, as if they had just signed in."""
    from coursehub import clock

    _row, token = begin_session(person, device="test", at=at or clock.now())
    with client.session_transaction(base_url="https://localhost") as session:
        session[COOKIE_KEY] = token
        session["_fresh"] = True
    return client


Buyer = Callable[..., object]
