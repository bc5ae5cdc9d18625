"""The employer of a worker sees what a live consent for this work names, at that very moment, and nothing else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.talent.models import TalentGrant
from coursehub.talent.operations import consent, engagements
from coursehub.talent.operations.opening_fields import NoConsent, open_person
from coursehub.talent.operations.work_consent import GRANT_LASTS, ConsentOutlastsWork, WorkIsOver, let_them_see
from coursehub.talent.queries.work import seen_of_worker

from .work import DAYS, proposed, worker, working

pytestmark = pytest.mark.usefixtures("app")


def reads(cast, at, *fields):
    return open_person(cast.theo.id, by=cast.acting(cast.emma), purpose="work", fields=fields, at=at)


def test_a_consent_for_hiring_opens_nothing_for_work(cast, at):
    proposed(cast, worker(cast, at), at)
    with pytest.raises(NoConsent):
        reads(cast, at, "display_name")


def test_what_is_shown_ends_on_its_day_and_when_it_is_taken_back(cast, at):
    row = proposed(cast, worker(cast, at), at)
    theo = cast.acting(cast.theo)
    engagements.accept_work(row, needs_paper=False, fields=["display_name"], until_at=at + 9 * DAYS, by=theo, at=at)
    assert reads(cast, at + 8 * DAYS, "display_name") == {"display_name": "Theo Maas"}
    for moment, fields in ((at + 9 * DAYS, ["display_name"]), (at + DAYS, ["display_name", "email"])):
        with pytest.raises(NoConsent):
            reads(cast, moment, *fields)
    grant = let_them_see(row, fields=["display_name", "email"], by=theo, at=at + 10 * DAYS)
    assert reads(cast, at + 11 * DAYS, "email") and grant.until_at == at + 10 * DAYS + GRANT_LASTS
    consent.withdraw_consent(grant, by=theo, at=at + 12 * DAYS)
    assert seen_of_worker(row, at + 12 * DAYS) is None
    with pytest.raises(NoConsent):
        reads(cast, at + 12 * DAYS + timedelta(seconds=1), "display_name")


def test_showing_something_else_ends_what_was_shown_and_each_text_stays(cast, at):
    row = working(cast, worker(cast, at), at)
    theo = cast.acting(cast.theo)
    let_them_see(row, fields=["display_name"], until_at=at + 5 * DAYS, by=theo, at=at + DAYS)
    found = sa.select(TalentGrant).where(TalentGrant.purpose == "work").order_by(TalentGrant.id)
    first, second = db.session.execute(found).scalars()
    assert (first.state, second.state) == ("withdrawn", "granted")
    assert first.text_hash != second.text_hash and first.text and second.text
    with pytest.raises(NoConsent):
        reads(cast, at + 2 * DAYS, "email")


def test_only_the_worker_shows_and_only_while_it_runs(cast, at):
    row = working(cast, worker(cast, at), at)
    theo = cast.acting(cast.theo)
    with pytest.raises(NotAllowed):
        let_them_see(row, fields=["display_name"], by=cast.acting(cast.emma), at=at)
    with pytest.raises(ConsentOutlastsWork):
        let_them_see(row, fields=["display_name"], until_at=at + GRANT_LASTS + DAYS, by=theo, at=at)
    assert seen_of_worker(row, at) is not None
    engagements.end_work(row, reason="Enough", by=theo, at=at + DAYS)
    with pytest.raises(WorkIsOver):
        let_them_see(row, fields=["display_name"], by=theo, at=at + DAYS)
