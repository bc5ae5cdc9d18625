"""A senior with two part-time engagements: weeks approved, one that waits, and one about which the two sides disagree."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from coursehub.demo.agenda import Agenda
from coursehub.demo.players import Players
from coursehub.talent.models import Engagement, Timesheet
from coursehub.talent.operations.consent import ask_for_consent, give_consent
from coursehub.talent.operations.disputes import answer_dispute, climb, open_dispute
from coursehub.talent.operations.engagements import Proposal, accept_work, let_work_begin, propose_to_person
from coursehub.talent.operations.month_invoices import invoice_month
from coursehub.talent.operations.profiles import Description, begin_profile, choose_visibility, describe_myself
from coursehub.talent.operations.timesheets import approve_weeks, fill_week, submit_week

SENIOR = 1
DAY = timedelta(days=1)
JOBS = (
    ("emma", "代码评审与带教", "每周两个下午评审合并请求，带一位新人。", 12_000, (180, 180)),
    ("emil", "测试策略顾问", "替三个老项目补上最该有的测试。", 15_000, (120, 150)),
)


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """From four weeks ago: consent, two proposals accepted, and the weeks since."""
    engagements: dict[str, Engagement] = {}
    agenda.add(agenda.ago(days=26, hours=12), lambda at: _agree(people, engagements, at))
    monday = _next_monday(agenda.ago(days=26).date())
    agenda.add(_at(monday, 1), _clock(let_work_begin))
    sheets: dict[tuple[str, date], Timesheet] = {}
    for week in range(4):
        first = monday + 7 * week * DAY
        for who, *_rest, minutes in JOBS:
            agenda.add(_at(first + 4 * DAY, 10), partial(_hand_in, people, engagements, sheets, who, first, minutes))
            disputed = who == "emil" and week == 0
            if who == "emma" and _at(first + 4 * DAY, 10) > agenda.ago(days=6, hours=20):
                continue  # this one still waits for her, and silence has not approved it yet
            agenda.add(_at(first + 7 * DAY, 2), partial(_disagree if disputed else _approve, people, sheets, who, first))
    for days in range(26):
        agenda.add(agenda.ago(days=days, hours=4), _clock(invoice_month))
    agenda.add(agenda.ago(hours=5), _clock(climb))


def _agree(people: Players, engagements: dict[str, Engagement], at: datetime) -> None:
    senior = people.learner(people.learners[SENIOR])
    profile = begin_profile(by=senior, at=at)
    said = Description(
        headline="Senior engineer, some hours a week", about="Reviews, mentoring, and the tests nobody wrote.", city="Berlin",
        remote=True, weekly_hours=20, available_from=None, forms=("personal_service", "non_full_time"), pay_floor_minor=10_000,
        pay_floor_currency="CNY", pay_floor_period="hour",
    )  # fmt: skip
    describe_myself(profile, said, by=senior, at=at)
    choose_visibility(profile, "named", by=senior, at=at)
    for who, title, about, hourly_minor, minutes in JOBS:
        by, until_at = people.acting(who), at + 90 * DAY
        grant = ask_for_consent(profile, fields=["display_name"], why="想请您兼职。", until_at=until_at, by=by, at=at)
        give_consent(grant, fields=["display_name"], until_at=until_at, by=senior, at=at)
        proposal = Proposal(
            title=title, about=about, form="non_full_time", weekly_minutes=sum(minutes) + 60, hourly_minor=hourly_minor,
            currency="CNY", start_on=_next_monday(at.date()),
        )  # fmt: skip
        engagements[who] = propose_to_person(profile, proposal, by=by, at=at)
        accept_work(engagements[who], needs_paper=False, by=senior, at=at)


def _hand_in(
    people: Players,
    engagements: dict[str, Engagement],
    sheets: dict[tuple[str, date], Timesheet],
    who: str,
    first: date,
    minutes: tuple[int, ...],
    at: datetime,
) -> None:
    senior = people.learner(people.learners[SENIOR])
    worked = {first + (1 + 2 * n) * DAY: one for n, one in enumerate(minutes)}
    sheet = fill_week(engagements[who], first, worked, words="", by=senior, at=at)
    submit_week(sheet, by=senior, at=at)
    sheets[who, first] = sheet


def _approve(people: Players, sheets: dict[tuple[str, date], Timesheet], who: str, first: date, at: datetime) -> None:
    approve_weeks([sheets[who, first]], by=people.acting(who), at=at)


def _disagree(people: Players, sheets: dict[tuple[str, date], Timesheet], who: str, first: date, at: datetime) -> None:
    """The employer counts fewer minutes; the worker answers; after the days between the two it comes to the house."""
    dispute = open_dispute(sheets[who, first], words="周四的会议只有一小时。", by=people.acting(who), at=at)
    words = "会后还写了一小时半的测试清单，见合并请求。"
    answer_dispute(dispute, words=words, by=people.learner(people.learners[SENIOR]), at=at + timedelta(hours=6))


def _clock(job: Callable[..., int]) -> Callable[[datetime], None]:
    """What the worker would do by itself at that moment."""

    def tick(at: datetime) -> None:
        job(at=at)

    return tick


def _next_monday(day: date) -> date:
    return day + ((7 - day.weekday()) % 7 or 7) * DAY


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)
