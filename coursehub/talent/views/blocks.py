"""Where the reader works, and for whom they do not exist."""

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.talent.models import Block
from coursehub.talent.operations import blocks as operations
from coursehub.talent.queries import blocks as queries
from coursehub.talent.views.profiles import mine_or_404
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("talent_blocks", __name__)


@bp.get("/career/blocks")
@access(SIGNED_IN)
def blocks() -> ResponseReturnValue:
    """Employers, blocks with what they cover, and a search for one more."""
    actor = signed_in_actor()
    search = request.args.get("q", "").strip()
    return page(
        "talent/blocks/blocks.html", profile=mine_or_404(), views=queries.block_views(actor), search=search,
        found=queries.organisations_one_can_name(search), organisation_name=people.name_of,
        employers=queries.employers_named(actor.person_id),
    )  # fmt: skip


def _picked() -> Organisation:
    found = people.organisation_by_public_id(request.form.get("organisation", ""))
    if found is None:
        abort(404)
    return found


@bp.post("/career/blocks")
@access(SIGNED_IN)
def block() -> ResponseReturnValue:
    """Block one, with its affiliates."""
    operations.block_organisation(_picked(), by=signed_in_actor(), at=clock.now())
    flash(_("Blocked. For them and their affiliates the pool is as if you were not there."), "done")
    return see_other("talent_blocks.blocks")


@bp.post("/career/blocks/<public_id>/lift")
@access(SIGNED_IN)
def lift(public_id: str) -> ResponseReturnValue:
    """Lift a block."""
    found = one_or_404(queries.blocks_visible_to(signed_in_actor()).where(Block.public_id == public_id))
    operations.lift_block(found, by=signed_in_actor(), at=clock.now())
    flash(_("Lifted. They can meet you in the pool again."), "done")
    return see_other("talent_blocks.blocks")


@bp.post("/career/employers")
@access(SIGNED_IN)
def work_here() -> ResponseReturnValue:
    """Say where one works."""
    operations.say_where_i_work(_picked(), by=signed_in_actor(), at=clock.now())
    flash(_("Noted. Your employer and its affiliates do not meet you in the pool."), "done")
    return see_other("talent_blocks.blocks")


@bp.post("/career/employers/left")
@access(SIGNED_IN)
def left() -> ResponseReturnValue:
    """Say that one works there no more."""
    operations.say_i_left(_picked(), by=signed_in_actor(), at=clock.now())
    flash(_("Noted. The block stays until you lift it."), "done")
    return see_other("talent_blocks.blocks")
