"""Every letter, in both languages: a subject, one link, why it came, and no page markup."""

import re
from datetime import datetime

import pytest
from flask import Flask

from coursehub.people import letters
from tests.people.cast import build_cast
from tests.people.mailbox import letters_to, links_in

TO = {"person": "ada@example.org", "owner": "pia@example.org"}


@pytest.fixture
def cast(app: Flask, at: datetime):
    return build_cast(at)


def _write_all(cast, locale: str, at: datetime) -> None:
    cast.ada.locale = cast.pia.locale = locale
    ada, northwind = cast.ada, cast.northwind
    letters.send_confirmation(ada, "t1", next_path="", at=at)
    letters.send_account_exists(ada, at=at)
    letters.send_reset(ada, "t2", at=at)
    letters.send_no_account("ada@example.org", locale=locale, mark="m", at=at)
    letters.send_new_address(ada, "ada@example.org", "t3", at=at)
    letters.send_address_changed(ada, "ada@example.org", at=at)
    letters.send_password_changed(ada, at=at)
    letters.send_new_device(ada, session_public_id="s", device="", at=at)
    for change in ("on", "off", "renewed", "code"):
        letters.send_second_step(ada, change=change, left=3, at=at)
    letters.send_guardian(ada, "ada@example.org", "t4", name="Ada", at=at)
    letters.send_guardian_receipt(ada, "ada@example.org", "t5", name="Ada", at=at)
    for verdict in ("given", "refused", "withdrawn"):
        letters.send_guardian_answered(ada, verdict=verdict, consent_id=1, at=at)
    letters.send_invitation(northwind, "ada@example.org", "t6", roles=["author", "hr"], locale=locale, inviter="Pia", at=at)
    letters.send_invitation_accepted(ada, northwind, name="Eve", mark="i", at=at)
    for wish, verdict in (("sells", "approved"), ("sells", "declined"), ("hires", "approved"), ("hires", "declined")):
        letters.send_application_answered(
            ada, northwind, wish=wish, verdict=verdict, reason="Show a lesson.", mark=f"a{wish}{verdict}", at=at
        )
    letters.send_payee_changed(ada, northwind, account_tail="3000", mark="p", at=at)
    letters.send_payee_removed(ada, northwind, account_tail="3000", currency="EUR", mark="r", at=at)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_each_letter_has_a_subject_one_link_and_says_why_it_came(cast, at: datetime, locale: str) -> None:
    _write_all(cast, locale, at)
    written = letters_to("ada@example.org")
    assert len(written) == 25
    for letter in written:
        assert letter.subject and "\n" not in letter.subject
        assert len(links_in(letter)) == 1, (letter.subject, letter.body)
        assert ("You get this letter because" if locale == "en" else "您收到这封信，是因为") in letter.body or (
            "This one is not used any more" in letter.body
        )
        assert not re.search(r"<[a-z/]|&[a-z]+;|\{\{|%\(", letter.body), letter.body
        assert letter.kind == "security"


def test_chinese_letters_hold_no_english_sentence(cast, at: datetime) -> None:
    _write_all(cast, "zh-CN", at)
    for letter in letters_to("ada@example.org"):
        text = re.sub(r"https://\S+", "", letter.subject + letter.body)
        assert not re.search(r"[a-z]{3,} [a-z]{2,}", text), text


def test_a_letter_is_written_once_however_often_it_is_asked_for(cast, at: datetime) -> None:
    for _ in range(3):
        letters.send_reset(cast.ada, "the same token", at=at)
    assert len(letters_to("ada@example.org")) == 1


def test_a_name_cannot_smuggle_a_second_header_line(cast, at: datetime) -> None:
    letters.send_guardian(cast.ada, "x@example.org", "t", name="Ada\nBcc: everybody@example.org", at=at)
    (letter,) = letters_to("x@example.org")
    assert "\n" not in letter.subject
