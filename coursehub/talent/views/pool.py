"""The pool as an employer searches it; the whole search stands in the address."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub import clock
from coursehub.catalog.queries.skills import all_skills
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.pool_search import AGES_MONTHS, MOST_SKILLS, read_search
from coursehub.talent.queries import pool as queries
from coursehub.talent.queries.pool_finding import find
from coursehub.talent.queries.shortlists import standing_lists
from coursehub.web import EMPLOYER, access, current_locale, page, signed_in_actor

bp = Blueprint("talent_pool", __name__)
ORDER_WORDS = {
    "level": _l("Level of the skills asked for, highest first"),
    "evidence": _l("Evidence of the skills asked for, newest first"),
    "hours": _l("Hours a week, most first"),
}


@bp.get("/hire/pool")
@access(EMPLOYER("hr", "owner"))
def pool() -> ResponseReturnValue:
    """Who fits, why, and what else they can do; nobody has a name here."""
    actor, at, asked = signed_in_actor(), clock.now(), request.args
    wish = read_search(asked, asked.getlist("skill"), asked.getlist("level"))
    found = find(actor, wish, at, asked.get("page", 1, int))
    return page(
        "talent/pool/search.html", wish=wish, found=found.page, hits=queries.hits_of(found.page.items, wish),
        facets=found.skills, cities=found.cities,
        openings=queries.openings_to_compare(actor), skills=all_skills(current_locale()), words=WORDS, orders=ORDER_WORDS,
        ages=AGES_MONTHS, most_skills=MOST_SKILLS, most_people=queries.MOST_PEOPLE, lists=standing_lists(actor),
    )  # fmt: skip


@bp.get("/hire/pool/compare")
@access(EMPLOYER("hr", "owner"))
def compare() -> ResponseReturnValue:
    """Up to four people side by side; whoever is not to be met is as if they had not been named."""
    actor = signed_in_actor()
    hits = queries.side_by_side(actor, request.args.getlist("person"), clock.now())
    names = {held.code: held.name for hit in hits for held in hit.skills}
    levels = [{held.code: held.level for held in hit.skills} for hit in hits]
    return page(
        "talent/pool/compare.html", hits=hits, lists=standing_lists(actor), headlines=[hit.headline or "—" for hit in hits],
        places=[" · ".join([hit.city or "—", *([_("remote as well")] if hit.remote else [])]) for hit in hits],
        forms=[_(", ").join(str(WORDS["form"][form]) for form in hit.forms) or "—" for hit in hits],
        skills=[
            (name, [WORDS["level"][held[code]] if code in held else "—" for held in levels])
            for code, name in sorted(names.items(), key=lambda pair: (-sum(pair[0] in held for held in levels), pair[0]))
        ],
    )  # fmt: skip
