"""From course to work: who shows themselves, who asked for consent, and who started where, as members told it."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.alliance.operations import publish_rosters
from coursehub.db import db, transaction
from coursehub.demo.agenda import Agenda
from coursehub.demo.hiring import APPLICANTS
from coursehub.demo.players import Players
from coursehub.learning.models import Enrolment
from coursehub.people.models import Organisation, Person
from coursehub.talent.operations.blocks import note_employment
from coursehub.talent.operations.consent import ask_for_consent, give_consent
from coursehub.talent.operations.opening_fields import open_person
from coursehub.talent.operations.profile_parts import add_blackout, add_portfolio_item, claim_skill
from coursehub.talent.operations.profiles import Description, begin_profile, choose_visibility, describe_myself
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.queries.profiles import profile_of

HEADLINES = (
    ("初级 Python 开发", "上海"), ("数据分析实习", "杭州"), ("测试开发", "北京"), ("Junior data engineer", "Berlin"),
    ("后端开发，想做数据", "深圳"), ("自动化与脚本", "成都"), ("SQL 与报表", "南京"), ("Python for operations", "Shanghai"),
)  # fmt: skip
CLAIMS = ("英语六级", "Excel 透视表", "Linux 日常使用", "Figma", "数据可视化")


def fill_the_pool(agenda: Agenda, people: Players, at: datetime) -> None:
    """Learners describe themselves and step into the pool; a senior offers some hours a week."""
    for n, person in enumerate(people.learners[:18]):
        learner = people.learner(person)
        profile = begin_profile(by=learner, at=at)
        headline, city = HEADLINES[n % len(HEADLINES)]
        senior = n == 1
        said = Description(
            headline="Senior engineer, some hours a week" if senior else headline,
            about="Reviews, mentoring, and the tests nobody wrote." if senior else "学完就想用上；作业都在证据里。",
            city=city, remote=n % 3 != 0, weekly_hours=20 if senior else 40, available_from=None,
            forms=("personal_service", "non_full_time") if senior else ("employee", "internship"),
            pay_floor_minor=20_000 if senior else 800_000, pay_floor_currency="CNY", pay_floor_period="hour" if senior else "month",
        )  # fmt: skip
        describe_myself(profile, said, by=learner, at=at)
        choose_visibility(profile, "named" if n < 2 else "anonymous", by=learner, at=at + timedelta(minutes=1))
        for words in (CLAIMS[n % len(CLAIMS)], CLAIMS[(n + 2) % len(CLAIMS)]):
            claim_skill(profile, words, by=learner, at=at)
        if n < 6:
            add_portfolio_item(
                profile, title="课程表小工具", address="https://example.org/timetable", text="用课程里学到的做了第一个有人用的程序。",
                by=learner, at=at,
            )  # fmt: skip
        if n < 2:
            begins = at.date() + timedelta(days=40)
            add_blackout(profile, from_on=begins, until_on=begins + timedelta(days=9), by=learner, at=at)


def ask_and_answer(people: Players, at: datetime) -> None:
    """Harbour asks Ada and is let in, and looks; Beacon's question to her waits."""
    ada = profile_of(people.learners[0].id)
    if ada is None:
        raise LookupError("Ada has no profile")
    wanted = ("display_name", "credentials", "portfolio")
    emma, emil = people.acting("emma"), people.acting("emil")
    asked = ask_for_consent(
        ada, fields=wanted, why="我们在找会写测试的初级 Python 开发，想看看你的证据。", until_at=at + timedelta(days=60), by=emma, at=at,
    )  # fmt: skip
    give_consent(
        asked, fields=wanted, until_at=at + timedelta(days=45), by=people.learner(people.learners[0]), at=at + timedelta(hours=3)
    )
    open_person(ada.person_id, by=emma, purpose="hiring", fields=wanted, at=at + timedelta(hours=5))
    ask_for_consent(
        ada, fields=("display_name", "email"), why="实习岗位，想和你约个时间聊聊。", until_at=at + timedelta(days=30), by=emil,
        at=at + timedelta(hours=6),
    )  # fmt: skip


def tell_careers(agenda: Agenda, people: Players, at: datetime) -> None:
    """Who started where since their course, and who left again, as the members told it when they joined."""
    dice = agenda.dice
    members = [db.session.execute(sa.select(Organisation).where(Organisation.slug == slug)).scalar_one() for slug in MEMBERS]
    first = sa.select(Enrolment.person_id, sa.func.min(Enrolment.opened_at).label("at")).group_by(Enrolment.person_id)
    begun: dict[int, datetime] = {row.person_id: row.at for row in db.session.execute(first)}
    with transaction():
        for n, person in enumerate(people.learners):
            if n < 2 or n in APPLICANTS:
                continue
            started = begun.get(person.id, at) + timedelta(days=dice.uniform(18, 45))
            if started >= at - timedelta(days=5) or dice.random() < 0.15:
                continue
            where = dice.choices(members, weights=(6, 4))[0]
            _started(person, where, started, at)
            left = started + timedelta(days=dice.uniform(25, 120))
            if n % 4 == 0 and left < at - timedelta(days=2):
                _left(person, where, members[1 - members.index(where)], left, at, moves=n % 8 == 0)
            else:
                note_employment(person.id, where.id, "placement", since_at=started, at=at)
    publish_rosters(at=at)


MEMBERS = ("harbour", "beacon")


def _started(person: Person, where: Organisation, started: datetime, at: datetime) -> None:
    note_fact(
        "started", person.id, key=f"told:started:{person.id}:{where.id}", true_at=started, at=at, source="employer",
        organisation_id=where.id,
    )  # fmt: skip


def _left(person: Person, where: Organisation, other: Organisation, left: datetime, at: datetime, *, moves: bool) -> None:
    note_fact(
        "left", person.id, key=f"told:left:{person.id}:{where.id}", true_at=left, at=at, source="employer",
        organisation_id=where.id, detail="" if moves else "outside",
    )  # fmt: skip
    if moves:
        _started(person, other, left + timedelta(hours=1), at)
        note_employment(person.id, other.id, "placement", since_at=left + timedelta(hours=1), at=at)
