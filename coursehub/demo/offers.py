"""Courses of the demo: brought in, reviewed, put under signed terms, priced and listed."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course, Release, Step
from coursehub.catalog.operations.drafts import import_package, revise_release, set_facts
from coursehub.catalog.operations.makers import name_makers
from coursehub.catalog.operations.mending import mend_text
from coursehub.catalog.operations.reviews import (
    add_remark,
    approve_release,
    request_changes,
    submit_release,
    take_review,
)
from coursehub.config import package, root
from coursehub.contracts import queries as contracts
from coursehub.contracts import starting_points
from coursehub.contracts.counters import midnight
from coursehub.contracts.models import Contract, Proposal
from coursehub.contracts.operations.authorship import record_weights
from coursehub.contracts.operations.comments import comment_on_clause
from coursehub.contracts.operations.contests import answer_contest, contest_fact
from coursehub.contracts.operations.facts import approve_fact, record_fact
from coursehub.contracts.operations.listings import list_course
from coursehub.contracts.operations.negotiation import open_contract, propose_terms
from coursehub.contracts.operations.reopening import reopen_terms
from coursehub.contracts.operations.signing import sign_proposal
from coursehub.contracts.views.looking import course_data, party_data
from coursehub.db import db
from coursehub.demo.players import Players
from coursehub.people.models import Organisation
from coursehub.sales.operations.offerings import OfferingDraft, open_offering

HOURS = timedelta(hours=1)
SQL_FACTS = {
    "title": "用 SQL 回答问题",
    "summary": "写给已经会用电子表格、想把问题问得更准的人。从一张表到几张表，每一步都先说清“一行是什么”，再认出四种不报错的错误。",
    "outcomes": ["读懂一张表，说清一行代表什么", "挑行、分组、连接和排名", "认出整数除法、漏写括号、连接重复和空值带来的错误", "交付经得起追问的数字"],
}  # fmt: skip

LADDER = {
    "kind": "marginal", "window": "contract",
    "rungs": [{"above_minor": 70_000, "share_bps": 2000}, {"above_minor": 250_000, "share_bps": 1500}],
}  # fmt: skip
"""Of what is sold since these terms began: 25 % at first, 20 % above 700.00, 15 % above 2,500.00."""


def folder(slug: str) -> Path:
    """Where a course of the demo lies as source."""
    own = root() / "courses" / slug
    return own if own.is_dir() else package() / "demo" / "courses" / slug


def bring(players: Players, slug: str, organisation: Organisation, author: str, *, at: datetime) -> Release:
    """Import a course's folder as a draft."""
    return import_package(folder(slug), organisation_id=organisation.id, author_id=players.acting(author).person_id, at=at)


def review(players: Players, release: Release, author: str, *, at: datetime, remark: str = "") -> Release:
    """Submit a draft and have it approved within two days; with a `remark`, only after changes."""
    lin = players.acting("lin") if author != "lin" else players.acting("stan")
    asked = submit_release(release, by=players.acting(author), at=at)
    take_review(asked, by=lin, at=at + 5 * HOURS)
    if remark:
        first = catalog.steps_of(release.id, release.languages[0])[0].key
        add_remark(asked, body=remark, step_key=first, by=lin, at=at + 6 * HOURS)
        request_changes(asked, summary=remark, by=lin, at=at + 7 * HOURS)
        again = revise_release(release, by=players.acting(author), at=at + 20 * HOURS)
        return review(players, again, author, at=at + 22 * HOURS)
    approve_release(asked, summary="", by=lin, at=at + 26 * HOURS)
    return release


def offer(players: Players, course: Course, author: str, *, price_minor: int, at: datetime) -> None:
    """Price a course and list it under the terms in force."""
    draft = OfferingDraft(price_minor=price_minor, currency="CNY", tax_bps=600, refund_days=14, instalments=3)
    open_offering(course, draft, by=players.acting(author), at=at)
    list_course(course, by=players.acting("stan"), at=at)


def sign(players: Players, proposal: Proposal, who: str, *, at: datetime) -> None:
    """One side signs, having just entered its password."""
    sign_proposal(proposal, by=players.acting(who), terms_hash=proposal.terms_hash, reauthenticated_at=at, at=at)


Shape = Callable[..., dict[str, Any]]


def terms_for(contract: Contract, shape: Shape, **changes: Any) -> dict[str, Any]:
    """Terms from a starting point, with the contract's own sides and courses and the rule of passes, changed where named."""
    terms = shape(party_data(contract), course_data(contract), currency="CNY")
    passing = starting_points.in_passes(party_data(contract), course_data(contract), currency="CNY")
    terms["scope"], terms["pool"] = passing["scope"], passing["pool"]
    for path, value in changes.items():
        place: Any = terms
        *way, last = path.split("__")
        for key in way:
            place = place[key]
        place[last] = value
    return terms


def house_course(
    players: Players,
    slug: str = "programming-with-python",
    *,
    contract_title: str = "量潮课堂自有课程",
    contract_title_en: str = "Courses of the house",
    price_minor: int = 29_900,
    at: datetime,
) -> Course:
    """A course of the house's own: one party, one signature, the same road."""
    release = bring(players, slug, players.house, "lin", at=at)
    release = review(players, release, "lin", at=at + 2 * HOURS)
    course = db.session.get_one(Course, release.course_id)
    later = at + timedelta(days=2)
    contract = open_contract(
        courses=[course],
        partners=[],
        title=contract_title,
        title_en=contract_title_en,
        by=players.acting("stan"),
        at=later,
    )
    proposal = propose_terms(
        contract, by=players.acting("stan"), terms=terms_for(contract, starting_points.simple_split), at=later
    )
    sign(players, proposal, "stan", at=later)
    offer(players, course, "lin", price_minor=price_minor, at=later + HOURS)
    return course


def northwind_course(players: Players, *, at: datetime) -> tuple[Course, Contract]:
    """Northwind's course: negotiated in three rounds, reviewed in two."""
    organisation = _partner(players.northwind)
    release = bring(players, "tests-you-can-trust", organisation, "pia", at=at)
    course = db.session.get_one(Course, release.course_id)
    contract = open_contract(
        courses=[course], partners=[organisation], title="北风编程课程合作", title_en="Courses by Northwind",
        by=players.acting("pia"), at=at + 2 * HOURS,
    )  # fmt: skip
    days = timedelta(days=1)
    ask = terms_for(contract, starting_points.simple_split, rates__rest__share_bps=1500)
    propose_terms(contract, by=players.acting("pia"), terms=ask, at=at + days, message="We bring most of our learners ourselves.")
    counter = terms_for(contract, starting_points.simple_split, rates__rest__share_bps=3500, hold__days=45)
    propose_terms(
        contract, by=players.acting("stan"), terms=counter, at=at + 3 * days, message="平台带来的学员，推广与客服由我们承担。"
    )
    agreed = terms_for(contract, starting_points.simple_split, rates__rest__share_bps=3000, hold__days=30)
    proposal = propose_terms(
        contract, by=players.acting("pia"), terms=agreed, at=at + 5 * days, message="30 % with a hold of 30 days, then we sign."
    )
    sign(players, proposal, "pia", at=at + 5 * days + HOURS)
    sign(players, proposal, "stan", at=at + 6 * days)
    review(players, release, "pia", at=at + 2 * days, remark="Please say in lesson one what a learner needs to know beforehand.")
    offer(players, course, "pia", price_minor=39_900, at=at + 7 * days)
    return course, contract


def lumen_course(players: Players, *, at: datetime) -> tuple[Course, Contract]:
    """Lumen's course, a Jupyter Book, developed and taught together: makers by modules, teachers by hours."""
    organisation = _partner(players.lumen)
    release = bring(players, "answers-with-sql", organisation, "eve", at=at)
    set_facts(
        release, texts={"zh-CN": SQL_FACTS}, level="beginner", licence="CC-BY-4.0", version="1.0.0", teachers=["Eve 莫瑶"],
        skills={"programming.sql": 1, "data.analysis": 1}, by=players.acting("eve"), at=at + HOURS,
    )  # fmt: skip
    review(players, release, "eve", at=at + 3 * HOURS)
    course = db.session.get_one(Course, release.course_id)
    later = at + timedelta(days=3)
    contract = open_contract(
        courses=[course], partners=[organisation], title="《用 SQL 回答问题》联合开发", title_en="Answers with SQL, made together",
        by=players.acting("stan"), at=later,
    )  # fmt: skip
    proposal = propose_terms(
        contract, by=players.acting("stan"), terms=terms_for(contract, starting_points.joint_development), at=later
    )
    sign(players, proposal, "stan", at=later + HOURS)
    sign(players, proposal, "eve", at=later + 5 * HOURS)
    for kind, party, value, note in (
        ("module_weight", organisation.public_id, 80, "七课正文与数据"),
        ("module_weight", players.house.public_id, 20, "审校与插图"),
        ("approved_minutes", organisation.public_id, 540, "第一季答疑"),
        ("approved_minutes", players.house.public_id, 180, "第一季助教"),
    ):
        fact = record_fact(
            contract, course_id=course.id, kind=kind, party=party, value=value, holds_from=later + 6 * HOURS,
            by=players.acting("stan"), at=later + 6 * HOURS, note=note,
        )  # fmt: skip
        if kind == "approved_minutes" and fact.approved_at is None:
            approve_fact(fact, by=players.acting("eve"), at=later + 7 * HOURS)
    offer(players, course, "eve", price_minor=16_800, at=later + 8 * HOURS)
    return course, contract


def amend_lumen(players: Players, contract: Contract, *, at: datetime) -> None:
    """Midway both sides change the terms, from a date on: the platform takes less, and less by volume, makers more.

    Old orders keep theirs.

    They name a last day, some weeks after the story is told, so that both look again at what they agreed.
    """
    standing = contracts.terms_of(contract, at)
    terms = deepcopy(standing.body) if standing is not None else {}
    terms["rates"]["rest"] |= {"share_bps": 2500, "ladder": LADDER}
    terms["split"]["items"][0]["share_bps"] = 6000
    terms["governance"]["triggers"] = [{"measure": "modules", "points_bps": 1000}]
    terms["discount"]["opted_in"] = [one | {"campaigns": "joined"} for one in terms["discount"]["opted_in"]]
    terms["starts"] = f"{at + timedelta(days=30):%Y-%m-%dT00:00:00Z}"
    terms["ends"] = midnight(at.date() + timedelta(days=246))
    proposal = propose_terms(
        contract, by=players.acting("eve"), terms=terms, at=at, message="销量稳定后，请把平台比例降到 25%，累计卖得越多再降。"
    )
    sign(players, proposal, "eve", at=at + HOURS)
    sign(players, proposal, "stan", at=at + 30 * HOURS)


def northwind_asks(players: Players, contract: Contract, *, at: datetime) -> None:
    """Under way now: Northwind asks for less by volume; what the house paid for the film comes back first."""
    standing = contracts.terms_of(contract, at)
    terms = deepcopy(standing.body) if standing is not None else {}
    rungs = [{"above_minor": 200_000, "share_bps": 2500}, {"above_minor": 600_000, "share_bps": 2000}]
    terms["rates"]["rest"]["ladder"] = {"kind": "marginal", "window": "year", "rungs": rungs}
    terms["recoup"] = [{"id": "film", "party": players.house.public_id, "amount_minor": 24_000, "share_bps": 1000}]
    terms["reserve"] = {"share_bps": 500, "days": 120}
    terms["governance"]["triggers"] = [{"measure": "yearly"}]
    terms["starts"] = f"{at + timedelta(days=40):%Y-%m-01T00:00:00Z}"
    message = "More learners each month: let the platform's part fall with volume. The 240 that you paid for the film come back to you first."
    propose_terms(contract, by=players.acting("pia"), terms=terms, at=at, message=message)


def newer_release(players: Players, course: Course, *, at: datetime) -> None:
    """Northwind publishes a newer release: learners of the last one may move up and see what changed."""
    pia = players.acting("pia")
    standing = catalog.current_release(course.id)
    if standing is None:
        return
    draft = revise_release(standing, by=pia, at=at)
    view = catalog.step_for(draft.id, "doubles-read", "en")
    if view is None:
        return
    step = db.session.get_one(Step, view.id)
    source = (
        view.source
        + "\n\n## One more question\n\nBefore you write a double, ask who will notice when the real thing changes. If the answer is nobody, start the real thing instead.\n"
    )
    mend_text(step, "en", title=view.title, source=source, by=pia, at=at + HOURS)
    review(players, draft, "pia", at=at + 2 * HOURS)
    list_course(course, by=players.acting("stan"), at=at + timedelta(days=2))


def lumen_release(players: Players, course: Course, *, at: datetime) -> None:
    """The house writes a part of Lumen's sixth lesson; Eve hands the release in and says so."""
    eve = players.acting("eve")
    standing = catalog.current_release(course.id)
    view = catalog.step_for(standing.id, "06-nothing", "zh-CN") if standing is not None else None
    if standing is None or view is None:
        return
    draft = revise_release(standing, by=eve, at=at)
    copied = catalog.step_for(draft.id, "06-nothing", "zh-CN")
    lesson = catalog.outline(draft.id, "zh-CN").lesson_of("06-nothing")
    if copied is None or lesson is None:
        return
    source = view.source + "\n\n" + NOTHING_IN_PRACTICE
    mend_text(db.session.get_one(Step, copied.id), "zh-CN", title=view.title, source=source, by=eve, at=at + HOURS)
    name_makers(draft, {lesson.key: players.house.id}, by=eve, at=at + 2 * HOURS)
    review(players, draft, "eve", at=at + 3 * HOURS)
    list_course(course, by=players.acting("stan"), at=at + timedelta(days=2))


def lumen_weighs(players: Players, contract: Contract, course: Course, *, at: datetime) -> None:
    """The words are counted once the house has written: weights move further than the terms name, so all are asked to talk."""
    record_weights(contract, course, by=players.acting("stan"), at=at)
    reopen_terms(at=at + 2 * HOURS)


def open_ends(players: Players, northwind: Contract, lumen: Contract, course: Course, *, at: datetime) -> None:
    """What waits for somebody today: a proposal for Pia, hours and an objection of Lumen's, and its release for a reviewer."""
    asked = contracts.open_proposal(northwind)
    terms = deepcopy(asked.body) if asked is not None else {}
    terms["hold"]["days"] = 14
    terms["rates"]["rest"]["share_bps"] = 3200
    terms["recoup"][0]["share_bps"] = 2500
    terms["starts"] = f"{at + timedelta(days=60):%Y-%m-%dT00:00:00Z}"
    message = "同意按量递减。影片垫款请每笔收回四分之一；起步比例调整为 32%，冻结期缩短到 14 天。"
    counter = propose_terms(northwind, by=players.acting("stan"), terms=terms, at=at, message=message)
    said = "A quarter of each sale would leave us little in the first months. Could we meet at 15 %?"
    comment_on_clause(counter, "/recoup/0", said, by=players.acting("pia"), at=at + 2 * HOURS)
    _lumen_states_hours(players, lumen, course, at=at)
    release = catalog.current_release(course.id)
    if release is not None:
        draft = revise_release(release, by=players.acting("eve"), at=at)
        _say_more_about_nothing(players, draft, at=at + HOURS)
        submit_release(draft, by=players.acting("eve"), at=at + 3 * HOURS)


def _lumen_states_hours(players: Players, contract: Contract, course: Course, *, at: datetime) -> None:
    """Eve's hours wait for a yes; another of her facts is contested and answered."""
    eve, lumen = players.acting("eve"), _partner(players.lumen).public_id
    record_fact(
        contract, course_id=course.id, kind="approved_minutes", party=lumen, value=270, holds_from=at, by=eve, at=at,
        note="第三季直播答疑，四次半小时课和一次复盘",
    )  # fmt: skip
    earlier = at - timedelta(days=6)
    claim = record_fact(
        contract, course_id=course.id, kind="module_weight", party=lumen, value=88, holds_from=earlier, by=eve, at=earlier,
        note="重写第六课后按字数重新计算",
    )  # fmt: skip
    contest_fact(claim, by=players.acting("stan"), at=at - timedelta(days=4), reason="第六课尚未上架，应待新版发布后再计。")
    answer_contest(claim, by=eve, at=at - timedelta(days=1), answer="新版已送审，内容以送审版本的指纹为准。")


def _say_more_about_nothing(players: Players, draft: Release, *, at: datetime) -> None:
    """What the reviewer finds changed: one sentence said better, and a way out added."""
    view = catalog.step_for(draft.id, "06-nothing", "zh-CN")
    if view is None:
        return
    source = view.source.replace(
        "看报表时看到“人数”，先问是哪一种。", "看报表时看到“人数”，先问是哪一种；答不上来，就把三种都算出来并排放着。"
    ) + (
        "\n\n## 交出之前自查\n\n"
        "- 每个可能为空的列，写明空值代表什么。\n- 每个平均数，写明分母是谁。\n- 每个 `NOT IN`，换成 `NOT EXISTS`。\n"
    )
    mend_text(db.session.get_one(Step, view.id), "zh-CN", title=view.title, source=source, by=players.acting("eve"), at=at)


NOTHING_IN_PRACTICE = """## 平台运营里的三次教训

有一次，对账时少了十七笔。查下去才知道，退款表里没有填写原因的那些行，在按原因分组时被归进了一个谁也没看的组。后来我们规定：凡是可以不填的列，报表里必须单列一行“未填写”。

另一次，新老学员的平均完成率相差一倍。写报表的人把没有开始学习的学员当成零，另一张报表的人把他们排除在外。两张表都没有错，错在没有写明分母是谁。

第三次最贵：一段用 `NOT IN` 写的清理脚本，因为子查询里出现了一个空值，一行也没有清掉，而脚本报告“执行成功”。从那以后，清理之前先数一遍，清理之后再数一遍，两个数都写进日志。
"""


def _partner(organisation: Organisation | None) -> Organisation:
    if organisation is None:
        raise LookupError("the partner has not been welcomed yet")
    return organisation
