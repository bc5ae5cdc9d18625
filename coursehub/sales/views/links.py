"""Partner links: the page where they are made, and the address that a visitor opens."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.sales import operations, queries
from coursehub.sales.forms import LinkForm
from coursehub.sales.models import PartnerLink
from coursehub.sales.views import bp
from coursehub.sales.views.audience import SELLERS
from coursehub.sales.views.clicks import remember_click
from coursehub.sales.views.selling import course_choices, course_titles
from coursehub.web import PUBLIC, access, one_or_404, page, paginate, see_other, signed_in_actor


@bp.get("/r/<code>")
@access(PUBLIC)
def follow_link(code: str) -> ResponseReturnValue:
    """A partner's link: count the visit, let the browser remember it, go to the course."""
    link = one_or_404(queries.links_with_code(code))
    now = clock.now()
    if link.course_id is not None:
        target = f"/courses/{db.session.get_one(Course, link.course_id).slug}"
    else:
        target = f"/courses?by={db.session.get_one(Organisation, link.organisation_id).slug}"
    answer = redirect(target, 303)
    if link.closed_at is None:
        operations.count_visit(link, at=now)
        remember_click(answer, code, at=now)
    return answer


@bp.route("/studio/links", methods=["GET", "POST"])
@access(SELLERS)
def links() -> ResponseReturnValue:
    """The organisation's links and what each brought; make another."""
    actor, form = signed_in_actor(), LinkForm()
    courses = queries.courses_sold_by(actor)
    form.course.choices = [("", _("All our courses")), *course_choices(courses)]
    if form.validate_on_submit():
        chosen = next((course for course in courses if course.public_id == form.course.data), None)
        operations.make_link(name=form.name.data or "", course=chosen, by=actor, at=clock.now())
        flash(_("The link is ready. Copy it from the list."), "done")
        return see_other("sales.links")
    found = paginate(queries.links_visible_to(actor), request.args.get("page", 1, int))
    return page(
        "sales/studio/links.html",
        status=422 if form.errors else 200,
        form=form,
        links=found,
        rows=queries.link_rows(found.items),
        titles=course_titles(courses),
    )


@bp.post("/studio/links/<public_id>/closings")
@access(SELLERS)
def close_link(public_id: str) -> ResponseReturnValue:
    """Let a link bring nothing any more."""
    actor = signed_in_actor()
    link = one_or_404(queries.links_visible_to(actor).where(PartnerLink.public_id == public_id))
    operations.close_link(link, by=actor, at=clock.now())
    flash(_("The link still leads to the course, but no longer counts as yours."), "done")
    return redirect(url_for("sales.links"), 303)
