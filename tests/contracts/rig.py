"""What the tests of contracts stand on: courses, terms as data, and whole agreements."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.contracts import operations, queries
from coursehub.contracts.models import Contract, MoneyEvent, Terms
from coursehub.contracts.operations import EventDraft, sharing
from coursehub.contracts.reasons import Reason
from coursehub.contracts.starting_points import simple_split
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.models import Organisation

__all__ = ["agree", "course_of", "draft_of_refund", "draft_of_sale", "terms_data"]


def course_of(organisation: Organisation, slug: str, at: datetime, *, state: str = "approved") -> Course:
    """A course with one frozen release in that state."""
    with transaction():
        course = Course(slug=slug, organisation_id=organisation.id, original_locale="zh-CN", created_at=at)
        db.session.add(course)
        db.session.flush()
        release = Release(
            course_id=course.id, number=1, version="1.0.0", state="draft", level="beginner",
            languages=["zh-CN", "en"], source_format="coursehub-course/1", created_at=at,
        )  # fmt: skip
        db.session.add(release)
        db.session.flush()
        for locale, title in (("zh-CN", f"课程{slug}"), ("en", f"Course {slug}")):
            db.session.add(ReleaseText(release_id=release.id, locale=locale, title=title, summary="", outcomes=[]))
        db.session.flush()
        if state != "draft":
            release.state, release.frozen_at, release.content_hash = state, at, "0" * 64
            release.manifest = {}
    return course


def terms_data(house: Organisation, partner: Organisation, *courses: Course, **changes: Any) -> dict[str, Any]:
    """A simple split between the house and one partner, with changes at the top."""
    parties = [
        {"id": house.public_id, "side": "house", "name": house.name, "name_en": house.name_en},
        {"id": partner.public_id, "side": "partner", "name": partner.name, "name_en": partner.name_en},
    ]
    covered = [{"id": course.public_id, "title": f"课程{course.slug}", "title_en": f"Course {course.slug}"} for course in courses]
    return simple_split(parties, covered, currency="CNY") | changes


def agree(cast: Any, course: Course, at: datetime, *, contract: Contract | None = None, **changes: Any) -> tuple[Contract, Terms]:
    """Pia and Stan agree on terms for one of Northwind's courses, there and then."""
    data = terms_data(cast.house, cast.northwind, course, **changes)
    stan, pia = cast.acting(cast.stan), cast.acting(cast.pia)
    return operations.agree_terms(
        courses=[course], partners=[cast.northwind], title="合作", title_en="Together", terms=data,
        offered_by=pia, signed_by=[(pia, at), (stan, at)], at=at, contract=contract,
    )  # fmt: skip


def data_of_three(cast: Any, course: Course, **governance: Any) -> dict[str, Any]:
    """Terms between the house, Northwind and Lumen, with changes to how they may be changed."""
    data = terms_data(cast.house, cast.northwind, course)
    third = cast.lumen
    data["parties"] = [*data["parties"], {"id": third.public_id, "side": "partner", "name": third.name, "name_en": third.name_en}]
    data["governance"] = {**data["governance"], "signers": [party["id"] for party in data["parties"]], **governance}
    data["fixed"] = [{"party": third.public_id, "amount_minor": 100}]
    return data


def three_sides(cast: Any, course: Course, at: datetime, **governance: Any) -> Contract:
    """The house, Northwind and Lumen agree on terms for one of Northwind's courses, all three."""
    stan, pia, eve = (cast.acting(person) for person in (cast.stan, cast.pia, cast.eve))
    contract, _terms = operations.agree_terms(
        courses=[course], partners=[cast.northwind, cast.lumen], title="三方", title_en="Three",
        terms=data_of_three(cast, course, **governance), offered_by=stan, signed_by=[(pia, at), (stan, at), (eve, at)], at=at,
    )  # fmt: skip
    return contract


def draft_of_sale(terms: Terms, course: Course, at: datetime, key: str = "sale:1", **facts: Any) -> EventDraft:
    """A sale of 100.00 through the platform, tax 6 % included, fee 3.20."""
    plain = {"gross_minor": 10_000, "tax_bps": 600, "fee_minor": 320, "channel": "platform", "order": "o1"}
    return EventDraft(
        kind="sale", effect_key=key, occurred_at=at, course_id=course.id, currency="CNY",
        terms_hash=terms.terms_hash, facts=plain | facts,
    )  # fmt: skip


def draft_of_refund(course: Course, at: datetime, amount: int, key: str = "refund:1", sale: str = "sale:1") -> EventDraft:
    """A part of that sale goes back."""
    return EventDraft(
        kind="refund", effect_key=key, occurred_at=at, course_id=course.id, currency="CNY",
        facts={"sale_effect_key": sale, "amount_minor": amount, "refund": key},
    )  # fmt: skip


def draft_of_dispute(course: Course, at: datetime, amount: int, key: str = "dispute:1", sale: str = "sale:1") -> EventDraft:
    """The buyer's bank takes a part of that sale."""
    facts = {"sale_effect_key": sale, "amount_minor": amount, "dispute": key}
    return EventDraft("dispute", key, at, course.id, "CNY", facts)


def gave_back_as_before(taken: MoneyEvent, at: datetime) -> None:
    """What a bank gave back as books of before decision 49 say it: the very lines and legs of its dispute, the other way."""
    lines = tuple(
        line._replace(amount_minor=-line.amount_minor, reason=Reason("reinstated", Fraction(abs(line.amount_minor))))
        for line in map(queries.line_of, taken.lines)
    )
    facts = {"taken_effect_key": taken.effect_key, "amount_minor": taken.amount_minor}
    key = f"{taken.effect_key}:back"
    draft = EventDraft("reinstated", key, at, taken.course_id, taken.currency, facts, taken.terms_hash)
    assert taken.journal_id is not None
    with transaction():
        journal = post(
            kind="reinstated", effect_key=key, occurred_at=at, at=at, currency=taken.currency, terms_hash=taken.terms_hash,
            reverses=taken.journal_id,
            postings=[
                Leg(AccountRef(leg.code, leg.party), -leg.amount_minor, leg.term_path) for leg in ledger.lines_of(taken.journal_id)
            ],
        )  # fmt: skip
        sharing._write_event(
            draft, sharing.lock_terms(taken.terms_hash, taken.course_id), lines, amount_minor=-taken.amount_minor,
            channel=taken.channel, contribution={}, held_until=taken.held_until, journal=journal,
            sale=db.session.get_one(MoneyEvent, taken.reverses_id), at=at,
        )  # fmt: skip


def in_force(course: Course, at: datetime) -> Terms:
    """The terms that hold; they must."""
    terms = queries.terms_in_force(course.id, at)
    assert terms is not None
    return terms
