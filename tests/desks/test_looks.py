"""When a partner last looked, as their own cookie keeps it."""

from datetime import timedelta

import pytest

from coursehub.desks.looks import A_LOOK, FURTHEST, UNKNOWN, look

MINUTE = timedelta(minutes=1)


def test_a_first_look_covers_a_week(at):
    first = look("", "abc", at=at)
    assert first.is_first
    assert at - first.before == UNKNOWN


def test_reloading_is_the_same_look(at):
    cookie = look("", "abc", at=at).as_cookie()
    again = look(cookie, "abc", at=at + 5 * MINUTE)
    assert again.before == look("", "abc", at=at).before.replace(microsecond=0)


def test_coming_back_later_counts_from_the_last_look(at):
    first = look("", "abc", at=at)
    later = look(first.as_cookie(), "abc", at=at + A_LOOK + MINUTE)
    assert later.before == at.replace(microsecond=0)
    assert not later.is_first


def test_a_very_old_look_goes_back_ninety_days(at):
    later = look(look("", "abc", at=at).as_cookie(), "abc", at=at + timedelta(days=400))
    assert later.seen - later.before == FURTHEST


@pytest.mark.parametrize("cookie", ["x", "abc.1", "abc.b.c", "abc.9.1", "other.1.2", "abc.1.99999999999", "abc.1.2.3", "abc.٣.4"])
def test_an_odd_cookie_counts_as_none(at, cookie):
    assert look(cookie, "abc", at=at).is_first
