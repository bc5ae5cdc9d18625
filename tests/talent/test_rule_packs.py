"""What each form of work brings with it, case by case, with the source of every number."""

from datetime import date, timedelta

import pytest

from coursehub.talent.models.profiles import FORMS
from coursehub.talent.rule_packs import NEVER_ASKED, NOT_ASKED, PACKS, PAPERS, promise_fits, week_faults

MONDAY = date(2026, 3, 2)
HOUR = 60


def days(*minutes: int) -> dict[date, int]:
    return {MONDAY + timedelta(days=n): one for n, one in enumerate(minutes)}


@pytest.mark.parametrize(
    ("form", "minutes", "fits"),
    [
        ("non_full_time", 24 * HOUR, True),
        ("non_full_time", 24 * HOUR + 1, False),
        ("employee", 40 * HOUR, True),
        ("employee", 40 * HOUR + 1, False),
        ("internship", 40 * HOUR, True),
        ("internship", 41 * HOUR, False),
        ("secondment", 40 * HOUR, True),
        ("secondment", 41 * HOUR, False),
        ("business_service", 60 * HOUR, True),
        ("personal_service", 60 * HOUR, True),
        ("personal_service", 0, False),
    ],
)
def test_what_may_be_promised_in_a_week(form, minutes, fits):
    """PRC Labour Contract Law art. 68 (24 h a week, non-full-time); Decree 174 of the State Council (1995) art. 3 (40 h a week),
    which the Provisions on internships of vocational schools (2021) and the lending of staff keep to. Contracts for services
    (Civil Code art. 467 and 770) know no cap.
    """
    assert promise_fits(PACKS[form], minutes) is fits


@pytest.mark.parametrize(
    ("form", "week", "faults"),
    [
        ("non_full_time", (4 * HOUR,) * 6, []),
        ("non_full_time", (4 * HOUR + 1,), ["over_day"]),
        ("non_full_time", (4 * HOUR,) * 6 + (1,), ["over_week"]),
        ("non_full_time", (5 * HOUR,) * 5, ["over_day", "over_week"]),
        ("employee", (8 * HOUR,) * 5, []),
        ("employee", (8 * HOUR + 1,), ["over_day"]),
        ("employee", (8 * HOUR,) * 5 + (1,), ["over_week"]),
        ("internship", (9 * HOUR,), ["over_day"]),
        ("business_service", (14 * HOUR,) * 5, []),
        ("personal_service", (25 * HOUR,), ["no_such_minutes"]),
        ("personal_service", (-1,), ["no_such_minutes"]),
        ("personal_service", (0,) * 7 + (60,), ["outside_week"]),
        ("non_full_time", (), []),
    ],
)
def test_what_may_be_worked_on_a_day_and_in_a_week(form, week, faults):
    """PRC Labour Contract Law art. 68: with one employer not more than four hours a day on average and 24 hours a week; held to
    on every single day here, which is stricter. Decree 174 (1995) art. 3: eight hours a day.
    """
    assert week_faults(PACKS[form], MONDAY, days(*week)) == faults


def test_every_form_of_a_profile_has_its_rules_and_every_word_is_known():
    assert tuple(PACKS) == FORMS
    for pack in PACKS.values():
        assert set(pack.papers) <= set(PAPERS)
        assert set(NEVER_ASKED) <= set(pack.not_asked) <= set(NOT_ASKED)
        assert pack.papers


def test_nobody_earns_from_lending_staff():
    """Notice 98 (2020) of the general office of the Ministry of Human Resources and Social Security: the home employer stays the
    employer and pays; lending staff is no business. The worker agrees, and the firms have an agreement.
    """
    pack = PACKS["secondment"]
    assert (pack.paid_by, pack.earns_fee, pack.home_rule) == ("home", False, "always")
    assert {"lending_agreement", "workers_consent"} <= set(pack.papers)
    assert "margin" in pack.not_asked
    assert all(other.earns_fee and other.paid_by == "host" for form, other in PACKS.items() if form != "secondment")


def test_hourly_work_is_paid_within_fifteen_days_and_has_no_probation():
    """PRC Labour Contract Law art. 72 (paid within 15 days), art. 70 (no probation), art. 69 (several employers)."""
    pack = PACKS["non_full_time"]
    assert pack.pay_within_days == 15
    assert {"probation", "exclusivity"} <= set(pack.not_asked)


def test_no_form_lets_anybody_ask_for_a_deposit_papers_or_family_plans():
    """PRC Labour Contract Law art. 9; Law on the Protection of Women's Rights and Interests (2022) art. 43."""
    for pack in PACKS.values():
        assert {"deposit", "identity_papers", "family", "pregnancy"} <= set(pack.not_asked)


def test_an_intern_brings_the_agreement_of_three_parties():
    """Provisions on internships of students of vocational schools (2021): no internship before school, student and firm signed."""
    pack = PACKS["internship"]
    assert pack.home_rule == "always"
    assert "three_party_agreement" in pack.papers
    assert "nights_and_overtime" in pack.not_asked
