"""Issuing, naming, revoking and changing keys."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.catalog import queries as catalog
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.events import Event
from coursehub.learning import queries as learning
from coursehub.learning.credentials import bits, operations, queries, verification
from coursehub.learning.models import Credential, IssuerKey, StatusList
from coursehub.learning.proof import proven_level
from coursehub.people.actor import actor_for


def test_completing_a_course_leads_to_a_credential_by_itself(completion, later):
    jobs.run_due(at=later)
    held = db.session.execute(sa.select(Credential)).scalars().all()
    assert [c.completion_id for c in held] == [completion.id]


def test_a_completion_is_stated_once_however_often_it_is_asked(completion, later):
    first = operations.issue_credential(completion.id, at=later)
    again = operations.issue_credential(completion.id, at=later + timedelta(days=1))
    assert again.id == first.id
    named = sa.select(sa.func.count()).where(Event.name == "learning.credential_issued")
    assert db.session.execute(named).scalar_one() == 1


def test_a_credential_names_course_version_skills_and_proof_but_no_person(credential):
    text = str(credential.document)
    for said in ("小工具 · Small tools", "1.2.0", "python.loops", "北风编程 · Northwind", "ab" * 32, "eddsa-rdfc-2022"):
        assert said in text
    for unsaid in ("Ada", "ada@example.org", f"'{credential.person_id}'"):
        assert unsaid not in text
    assert credential.subject_id.startswith("urn:uuid:")


def test_a_course_of_readings_alone_proves_no_skill_above_the_first_level(course, credential, client):
    """The course states Loops at level 2, and has one text."""
    release = credential.release_id
    assert [skill.level for skill in catalog.skills_of(release, "en")] == [2]
    assert [skill.level for skill in learning.proven_skills(release, "en")] == [1]
    narrative = credential.document["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "1/4" in narrative and "Nothing was graded, so no skill above level 1 is stated." in narrative
    shown = client.get(f"/credentials/{credential.public_id}", headers={"Accept-Language": "en"}).text
    assert "Loops, level 1 of 4" in shown and "Nothing in this course is graded" in shown


@pytest.mark.parametrize(("stated", "graded", "proven"), [(1, 0, 1), (3, 0, 1), (3, 1, 3), (4, 9, 4)])
def test_what_is_proven_rests_on_graded_steps(stated, graded, proven):
    assert proven_level(stated, graded=graded) == proven


def test_the_holder_alone_decides_about_the_name(credential, ada, cast, later):
    for stranger in (cast.bo, cast.pia, cast.stan):
        with pytest.raises(NotAllowed):
            operations.choose_name(credential, shown=True, by=actor_for(stranger), at=later)
    operations.choose_name(credential, shown=True, by=ada, at=later)
    assert verification.check_credential(credential, at=later).counts
    operations.choose_name(credential, shown=False, by=ada, at=later)
    assert "Ada" not in str(credential.document)


def test_a_credential_cannot_be_handed_on_by_renaming_an_account(credential, ada, later):
    from coursehub.people.operations import change_name

    change_name(display_name="Bo Lin", locale="en", by=ada, at=later)
    operations.choose_name(credential, shown=True, by=ada, at=later)
    assert credential.holder_name == "Ada Chen"


def test_an_erased_person_leaves_a_credential_without_a_name(credential, ada, later):
    operations.choose_name(credential, shown=True, by=ada, at=later)
    operations.forget_holder(ada.person_id, at=later)
    assert "Ada" not in str(credential.document)
    assert credential.holder_name is None
    assert verification.check_credential(credential, at=later).counts
    with pytest.raises(operations.NoNameToShow):
        operations.choose_name(credential, shown=True, by=ada, at=later)


def test_only_catalogue_and_support_staff_revoke_and_they_say_why(credential, cast, stan, later):
    for stranger in (cast.ada, cast.pia, cast.eve):
        with pytest.raises(NotAllowed):
            operations.revoke_credential(credential, reason="no", by=actor_for(stranger), at=later)
    with pytest.raises(operations.ReasonMissing):
        operations.revoke_credential(credential, reason="  ", by=stan, at=later)
    operations.revoke_credential(credential, reason="Issued by mistake.", by=stan, at=later)
    with pytest.raises(operations.AlreadyRevoked):
        operations.revoke_credential(credential, reason="Again.", by=stan, at=later)


def test_a_revocation_sets_one_bit_and_only_that(credential, stan, later):
    operations.revoke_credential(credential, reason="Issued by mistake.", by=stan, at=later)
    kept = db.session.execute(sa.select(StatusList)).scalar_one()
    text = kept.document["credentialSubject"]["encodedList"]
    assert bits.is_set(text, credential.status_index)
    assert text == bits.encoded([credential.status_index])


def test_the_holder_of_a_revoked_credential_gets_a_letter_with_the_reason(credential, stan, later):
    from coursehub.mail import Letter

    operations.revoke_credential(credential, reason="Issued by mistake.", by=stan, at=later)
    jobs.run_due(at=later)
    letters = db.session.execute(sa.select(Letter).where(Letter.key.like("learning.revoked:%"))).scalars().all()
    assert ["Issued by mistake." in letter.body for letter in letters] == [True]


def test_private_keys_are_kept_encrypted_and_destroyed_when_they_retire(credential, later):
    key = queries.key_in_use()
    assert key is not None
    assert key.public_multibase.startswith("z6Mk")
    assert len(key.sealed_private or "") > 100
    operations.change_key(at=later)
    retired = db.session.get_one(IssuerKey, key.id)
    assert (retired.sealed_private, retired.retired_at) == (None, later)
    assert queries.key_in_use().id != key.id


def test_a_signature_from_after_the_key_retired_is_not_believed(credential, completion, later):
    from coursehub import signing
    from coursehub.people.sealing import unseal

    key = queries.key_in_use()
    stolen = bytes.fromhex(unseal("issuer key", key.sealed_private))
    operations.change_key(at=later)
    unsigned = {name: value for name, value in credential.document.items() if name != "proof"}
    forged = signing.sign(
        unsigned, private=stolen, verification_method=queries.places().key(key.public_id), at=later + timedelta(days=2)
    )
    report = verification.check_document(forged, at=later + timedelta(days=3))
    assert [f.name for f in report.findings if not f.holds] == ["issuer"]


def test_status_lists_are_exact_at_their_edges():
    edges = [0, 1, 7, 8, bits.LENGTH - 1]
    text = bits.encoded(edges)
    assert [bits.is_set(text, n) for n in edges] == [True] * len(edges)
    assert not any(bits.is_set(text, n) for n in (2, 6, 9, bits.LENGTH - 2))
    for odd in ("", "x", "u!!", "uAAAA"):
        with pytest.raises(ValueError):
            bits.is_set(odd, 0)
    with pytest.raises(ValueError):
        bits.encoded([bits.LENGTH])


def test_a_bomb_in_the_place_of_a_status_list_is_not_unpacked():
    import base64
    import gzip

    bomb = gzip.compress(b"\0" * 100_000_000)
    with pytest.raises(ValueError):
        bits.is_set("u" + base64.urlsafe_b64encode(bomb).rstrip(b"=").decode(), 0)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"proof": 1},
        {"@context": "x"},
        {"@context": [], "id": 5, "proof": {"verificationMethod": []}},
        {"issuer": ["x"], "validFrom": 1},
    ],
)
def test_nonsense_is_checked_without_a_crash(app, cast, later, document):
    _ = cast.house
    report = verification.check_document(document, at=later)
    assert not report.counts
    assert len(report.findings) == 4
