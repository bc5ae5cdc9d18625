"""The pool as an employer searches it; the whole search stands in the address."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from coursehub import clock
from coursehub.catalog.queries.skills import all_skills
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.pool_search import AGES_MONTHS, MOST_SKILLS, read_search
from coursehub.talent.queries import pool as queries
from coursehub.web import EMPLOYER, access, current_locale, page, paginate, signed_in_actor

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
    found = paginate(queries.fitting(actor, wish, at), asked.get("page", 1, int))
    return page(
        "talent/pool/search.html", wish=wish, found=found, hits=queries.hits_of(found.items, wish),
        facets=queries.skill_facets(actor, wish, at), cities=queries.city_facets(actor, wish, at),
        openings=queries.openings_to_compare(actor), skills=all_skills(current_locale()), words=WORDS, orders=ORDER_WORDS,
        ages=AGES_MONTHS, most_skills=MOST_SKILLS,
    )  # fmt: skip
