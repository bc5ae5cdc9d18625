"""What all contract pages look at: the contract a reader may see, its sides by name, and terms as a reader reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import request, url_for

from coursehub import clock
from coursehub.catalog import queries as catalog_queries
from coursehub.catalog.models import Course
from coursehub.contracts import policies, queries
from coursehub.contracts.cascade import cascade
from coursehub.contracts.counters import written
from coursehub.contracts.models import Contract, Proposal
from coursehub.contracts.prose import LOCALES, channel_name, sections
from coursehub.contracts.terms import Channel, TermsBody
from coursehub.contracts.waterfall import Sale, share_sale
from coursehub.db import db
from coursehub.money import currency_exponent
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.web import current_locale, one_or_404

EXAMPLE_PRICE = 199  # in major units
EXAMPLE_TAX_BPS = 600
CHANNELS: tuple[str, ...] = Channel.__args__  # type: ignore[attr-defined]


def in_the_house() -> bool:
    """Whether this is the staff's side of the pages."""
    return request.blueprint == "contracts_house"


def visible_contracts(reader: Actor) -> "sa.Select[Contract]":
    """In the house every contract; in the studio those of the organisation the reader acts for."""
    return queries.contracts_visible_to(reader) if in_the_house() else queries.contracts_of(reader.organisation_id or 0)


def contract_or_404(reader: Actor, public_id: str) -> Contract:
    """The contract at this address, for a reader who may see it."""
    return one_or_404(visible_contracts(reader).where(Contract.public_id == public_id))


def followed(reader: Actor, public_id: str) -> Contract | None:
    """The contract that another is to take over from; None where this reader may not see one at this address."""
    found = db.session.execute(visible_contracts(reader).where(Contract.public_id == public_id)) if public_id else None
    return found.scalar_one_or_none() if found is not None else None


def proposal_or_404(contract: Contract, public_id: str) -> Proposal:
    """A proposal of this contract."""
    return one_or_404(sa.select(Proposal).where(Proposal.contract_id == contract.id, Proposal.public_id == public_id))


def title_of(contract: Contract) -> str:
    """A contract's name in the reader's language."""
    return contract.title_en if current_locale() == "en" else contract.title


def names_of(contracts: Iterable[Contract]) -> dict[str, str]:
    """The names of all sides, by the public ids that terms use."""
    ids = {party.organisation_id for contract in contracts for party in contract.parties}
    rows = db.session.execute(sa.select(Organisation).where(Organisation.id.in_(ids))).scalars()
    english = current_locale() == "en"
    return {organisation.public_id: organisation.name_en if english else organisation.name for organisation in rows}


def names_by_id(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of organisations that stand beside a contract, such as makers that are no side of it."""
    rows = db.session.execute(sa.select(Organisation).where(Organisation.public_id.in_(set(public_ids)))).scalars()
    english = current_locale() == "en"
    return {organisation.public_id: organisation.name_en if english else organisation.name for organisation in rows}


def party_data(contract: Contract) -> list[dict[str, Any]]:
    """The sides of a contract as terms write them, the house first."""
    ids = [party.organisation_id for party in contract.parties]
    rows = db.session.execute(sa.select(Organisation).where(Organisation.id.in_(ids))).scalars()
    known = {organisation.id: organisation for organisation in rows}
    return [
        {"id": party.party, "side": party.side, "name": known[party.organisation_id].name,
         "name_en": known[party.organisation_id].name_en}
        for party in contract.parties
    ]  # fmt: skip


def courses_of(contract: Contract) -> list[Course]:
    """The courses a contract was opened for."""
    ids = queries.course_ids_of(contract.id)
    return list(db.session.execute(sa.select(Course).where(Course.id.in_(ids)).order_by(Course.id)).scalars())


def courses_to_add(contract: Contract, reader: Actor) -> list[tuple[str, str]]:
    """Courses of its sides that may join a contract, with their titles: for staff all sides', else the reader's own."""
    sides = [party.organisation_id for party in contract.parties]
    owners = sides if in_the_house() else [side for side in sides if reader.acts_for(side)]
    wanted = sa.select(Course).where(Course.organisation_id.in_(owners), Course.id.not_in(queries.course_ids_of(contract.id)))
    courses = list(db.session.execute(wanted.order_by(Course.id.desc())).scalars())
    taken = queries.with_standing_terms([course.id for course in courses])
    free = [course for course in courses if course.id not in taken]
    titles = course_titles(free)
    return [(course.public_id, titles[course.id]) for course in free]


def course_titles(courses: Iterable[Course], locale: str | None = None) -> dict[int, str]:
    """Each course's title in the reader's language (or the one asked for), by its id."""
    releases = {course.id: catalog_queries.newest_release(course.id) for course in courses}
    known = {course_id: release.id for course_id, release in releases.items() if release is not None}
    texts = catalog_queries.release_texts(list(known.values()), locale or current_locale())
    return {course.id: texts[known[course.id]].title if known.get(course.id) in texts else course.slug for course in courses}


def course_data(contract: Contract) -> list[dict[str, Any]]:
    """The courses of a contract as terms write them."""
    courses = courses_of(contract)
    chinese, english = (course_titles(courses, locale) for locale in LOCALES)
    return [{"id": course.public_id, "title": chinese[course.id], "title_en": english[course.id]} for course in courses]


@dataclass(frozen=True)
class Example:
    """What one sale would give each side: the price (major units) and channel asked for, and the picture."""

    price: int
    channel: str
    currency: str
    channels: list[tuple[str, str]]
    lines: list[dict[str, Any]]


def example_of(body: TermsBody, contribution: dict[str, Any], *, clause_url: str | None) -> Example:
    """A worked example from what the address asks for (`price` in major units, `channel`), or a usual one.

    clause_url: the page whose anchors are the clauses.
    """
    channel = request.args.get("channel", "platform")
    channel = channel if channel in CHANNELS else "platform"
    price = min(max(request.args.get("price", EXAMPLE_PRICE, int), 0), 10**6)
    sale = example_sale(body, contribution, price=price, channel=channel)
    locale = current_locale()
    steps = cascade(
        body, share_sale(body, sale), locale=locale,
        clause_url=(lambda path: f"{clause_url}#{anchor(path)}") if clause_url else lambda path: f"#{anchor(path)}",
    )  # fmt: skip
    return Example(price, channel, body.currency, [(one, channel_name(one, locale)) for one in CHANNELS], steps)


def example_sale(
    body: TermsBody, contribution: Mapping[str, Any], *, price: int = EXAMPLE_PRICE, channel: str = "platform"
) -> Sale:
    """A sale at this price (major units), with usual tax and fee and the contributions given."""
    gross = price * 10 ** currency_exponent(body.currency)
    own = next((party.id for party in body.parties if party.side == "partner"), body.house.id)
    return Sale(
        gross_minor=gross, tax_bps=EXAMPLE_TAX_BPS, fee_minor=gross * 29 // 1000, channel=channel, attributed=own,
        module_weights=contribution["module_weights"], approved_minutes=contribution["approved_minutes"],
        occurred_at=max(written(clock.now()), body.starts or ""),
    )  # fmt: skip


def anchor(path: str) -> str:
    """The id under which a page shows the clause at this path."""
    return "clause" + path.replace("/", "-")


def told(body: TermsBody) -> list[Any]:
    """The terms as sections of sentences in the reader's language."""
    return sections(body, current_locale())


def contribution_of(contract: Contract, at: datetime) -> dict[str, Any]:
    """What the facts register says now about the contract's first course, for examples."""
    ids = queries.course_ids_of(contract.id)
    return queries.contribution(contract.id, ids[0], at) if ids else {"module_weights": {}, "approved_minutes": {}}


def may(by: Actor, contract: Contract) -> dict[str, bool]:
    """What this reader may do with a contract, for the buttons of its pages."""
    open_ended = contract.ends_at is None
    return {
        "negotiate": open_ended and policies.may_negotiate(by, contract),
        "sign": open_ended and policies.may_sign(by, contract),
        "record_facts": policies.may_record_facts(by, contract),
    }


def here(endpoint: str, **values: Any) -> str:
    """The address of a page on this side (studio or house)."""
    return url_for(f".{endpoint}", **values)
