"""Two organisations alike in everything, each with one word in all that is private to it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from coursehub import jobs
from coursehub.contracts import operations as contracts
from coursehub.contracts.models import Listing
from coursehub.contracts.operations.facts import record_fact
from coursehub.db import db, transaction
from coursehub.learning import operations as learning
from coursehub.learning.models import Enrolment
from coursehub.people.actor import actor_for
from coursehub.people.models import Organisation, Person
from coursehub.people.operations.invitations import invite
from coursehub.people.operations.organisations import add_member, found_organisation, grant_right
from coursehub.people.operations.partners import PayeeDetails, give_payee_details
from coursehub.people.operations.persons import accept_texts, add_person
from coursehub.sales import operations as sales
from coursehub.sales.operations.coupons import CouponDraft

from ..cast import Cast, password_hash, sign_in
from ..contracts.rig import draft_of_sale, terms_data
from ..learning.course import make_course, make_release
from .package import write_package

COMMON = "reef"
"""Stands beside every mark, so that a search for it could find both."""
ROLES = {"owner": ("owner", "author"), "teacher": ("teacher",), "finance": ("finance",), "learner": ()}
LEAVE_OUT = re.compile(r"^/(static|sign-out|r/|outbox)")
LINK = re.compile(r"""<(?:a|link|source|track|img|video)\b[^>]*?\b(?:href|src)="([^"]+)\"""")
POSTED = re.compile(r"""<form\b[^>]*method="post"[^>]*?action="([^"]+)"|\bformaction="([^"]+)\"""")
OPAQUE = re.compile(r"/[0-9a-z]{16}(?=[/.?]|$)")


@dataclass
class Twin:
    """One organisation with its people. Its mark is a word that only they may ever read."""

    mark: str
    slug: str
    organisation: Organisation
    people: dict[str, Person] = field(default_factory=dict)


def found_twin(cast: Cast, *, mark: str, slug: str, folder: Path, at: datetime, app: Flask) -> Twin:
    """Everything a partner has, marked."""
    organisation = found_organisation(name=f"{slug}社", name_en=f"{slug.title()} Works", slug=slug, at=at)
    grant_right(organisation, "sells", at=at)
    twin = Twin(mark, slug, organisation)
    for role, roles in ROLES.items():
        with transaction():
            person = add_person(
                display_name=f"{mark} {COMMON} {role}", email=f"{mark}.{role}@example.org", password_hash=password_hash(), locale="en",
                birth_on=date(1990, 1, 1), at=at,
            )  # fmt: skip
            person.confirmed_at = at
            accept_texts(person, locale="en", at=at)
        for held in roles:
            add_member(organisation, person, held, at=at)
        twin.people[role] = person
    _fill(twin, cast, at=at)
    _upload(twin, app, write_package(folder / f"{mark}-{COMMON}.zip", slug=f"{mark}-draft".lower(), name=f"{mark} {COMMON}"))
    return twin


def _fill(twin: Twin, cast: Cast, *, at: datetime) -> None:
    owner, learner = actor_for(twin.people["owner"]), actor_for(twin.people["learner"])
    words = f"{twin.mark} {COMMON}"
    invite(twin.organisation, email=f"{twin.mark}.invited@example.org", roles=["teacher"], by=owner, at=at)
    details = PayeeDetails(holder=words, bank=words, account="6200000000001234", tax_number="91310000EXAMPLE0X", country="CN")
    give_payee_details(twin.organisation, details, by=owner, at=at)
    course = make_course(twin.organisation, at=at, slug=f"{twin.slug}-course")
    release = make_release(course, at=at)
    stan, data = cast.acting(cast.stan), terms_data(cast.house, twin.organisation, course)
    contract, terms = contracts.agree_terms(
        courses=[course], partners=[twin.organisation], title=words, title_en=words, terms=data,
        offered_by=owner, signed_by=[(owner, at), (stan, at)], at=at,
    )  # fmt: skip
    with transaction():
        db.session.add(Listing(course_id=course.id, release_id=release.id, terms_hash=terms.terms_hash, opened_at=at))
    contracts.share(draft_of_sale(terms, course, at, key=f"sale:{twin.slug}"), at=at)
    record_fact(
        contract, course_id=course.id, kind="module_weight", party=twin.organisation.public_id, value=10, holds_from=at, by=stan,
        at=at, note=words,
    )  # fmt: skip
    data["hold"] = {**data["hold"], "days": 11}
    contracts.propose_terms(contract, by=stan, terms=data, at=at, message=words)
    offering = sales.open_offering(course, sales.OfferingDraft(price_minor=0, currency="CNY", tax_bps=600), by=owner, at=at)
    sales.make_coupon(CouponDraft(code=f"{twin.mark}-{COMMON}", borne_by="partner", starts_at=at, off_bps=1000), by=owner, at=at)
    sales.make_link(name=words, course=course, by=owner, at=at)
    order = sales.start_checkout(offering, buyer=learner, at=at)
    sales.ask_support(text=words, order=order, by=learner, at=at)
    found = sa.select(Enrolment).where(Enrolment.person_id == learner.person_id)
    learning.ask(db.session.execute(found).scalar_one(), "l1-read", text=words, by=learner, at=at)
    jobs.run_due(at=at)


def _upload(twin: Twin, app: Flask, package: Path) -> None:
    client = sign_in(app.test_client(), twin.people["owner"])
    with package.open("rb") as stream:
        answer = client.post("/studio/courses/new", data={"package": (stream, package.name), "course": ""})
    assert answer.status_code == 303, answer.text
    from coursehub import clock

    jobs.run_due(at=clock.now())


def everything(client: FlaskClient, starts: list[str], most: int = 260) -> dict[str, Any]:
    """Every address one can reach by links, pictures and files, with its answer."""
    queue, found = list(starts), {}
    while queue and len(found) < most:
        path = queue.pop(0)
        if path in found or LEAVE_OUT.search(path):
            continue
        answer = client.get(path)
        found[path] = answer
        links = [answer.headers.get("Location", "")]
        if answer.mimetype == "text/html":
            links += [unescape(link) for link in LINK.findall(answer.text)]
        db.session.rollback()
        for link in links:
            local = urldefrag(link.removeprefix("https://localhost")).url
            if local.startswith("/") and not local.startswith("//"):
                queue.append(local)
    return found


def forms_of(pages: dict[str, Any]) -> set[str]:
    """Addresses that the forms of these pages post to, where they name an object."""
    posted = {
        unescape(one or other)
        for answer in pages.values()
        if answer.mimetype == "text/html"
        for one, other in POSTED.findall(answer.text)
    }
    return {urlsplit(path).path for path in posted if OPAQUE.search(path)}


def leaks(pages: dict[str, Any], mark: str) -> list[str]:
    """Where a mark can be read that should not be there."""
    return sorted(path for path, answer in pages.items() if mark.lower().encode() in answer.data.lower())


def told(pages: dict[str, Any], mark: str) -> set[str]:
    """Addresses whose own content bears the mark, not only the reader's name in the bar."""
    return {path for path, answer in pages.items() if mark.lower().encode() in answer.data.lower().split(b"<main")[-1]}
