"""What the demo's employers keep of the pool."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db
from coursehub.demo.agenda import Agenda
from coursehub.demo.players import Players
from coursehub.talent.models import ShortlistEntry
from coursehub.talent.operations.exports import export_people
from coursehub.talent.operations.searches import save_search
from coursehub.talent.operations.shortlists import begin_shortlist, keep, remark
from coursehub.talent.pool_search import PoolSearch, SkillWish
from coursehub.talent.queries.pool import fitting

KEPT = (
    ("emma", "Python 后备", "programming.python", "练习里的命名很讲究，想看他改过的代码。"),
    ("emil", "数据岗位", "programming.sql", "两门 SQL 证书都是最近三个月的。"),
)


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """Two employers keep a few people each, some days ago."""
    agenda.add(agenda.ago(hours=2), lambda at: _keep(people, at))


def _keep(people: Players, at: datetime) -> None:
    for who, title, code, words in KEPT:
        by = people.acting(who)
        wanted = PoolSearch(skills=(SkillWish(code, 1),), order="level")
        found = list(db.session.execute(fitting(by, wanted, at).limit(3)).scalars())
        found = found or list(db.session.execute(fitting(by, PoolSearch(), at).limit(3)).scalars())
        shortlist = begin_shortlist(title=title, by=by, at=at)
        keep(shortlist, [profile.public_id for profile in found], by=by, at=at + timedelta(minutes=2))
        first = sa.select(ShortlistEntry).where(ShortlistEntry.shortlist_id == shortlist.id).order_by(ShortlistEntry.id).limit(1)
        export_people(
            [profile.id for profile in found], purpose="meeting", words="周一例会上一起看看这几位。", source=title, by=by,
            at=at + timedelta(minutes=9),
        )  # fmt: skip
        entry = db.session.execute(first).scalar_one()
        save_search(wanted, title=title, alert="weekly", by=by, at=at + timedelta(minutes=1))
        remark(entry, shortlist, text=words, scope="organisation", by=by, at=at + timedelta(minutes=5))
