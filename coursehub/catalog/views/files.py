"""Files of releases: to everybody what a listed preview shows, to authors and reviewers the rest."""

import sqlalchemy as sa
from flask import abort, make_response, send_file
from flask.typing import ResponseReturnValue

from coursehub import storage
from coursehub.catalog import queries
from coursehub.catalog.models import Asset, Release
from coursehub.catalog.views import bp
from coursehub.catalog.views.finding import release_or_404
from coursehub.db import db
from coursehub.web import MEMBER_OF, PUBLIC, access

INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "video/mp4", "video/webm", "audio/mpeg", "text/vtt")
"""What a page of ours may show inside itself; the rest is handed over as a download (an <img> still draws an SVG)."""


@bp.get("/assets/<release_id>/<path:path>")
@access(PUBLIC)
def public_asset(release_id: str, path: str) -> ResponseReturnValue:
    """A file that a preview lesson of a listed release shows."""
    release = db.session.execute(
        sa.select(Release).where(Release.public_id == release_id, Release.state == "listed")
    ).scalar_one_or_none()
    asset = queries.asset_for(release.id, path) if release else None
    if asset is None or not asset.is_public:
        abort(404)
    return send_asset(asset, public=True)


@bp.get("/studio/releases/<release_id>/files/<path:path>")
@access(MEMBER_OF())
def release_file(release_id: str, path: str) -> ResponseReturnValue:
    """Any file of a release, for its authors and for reviewers."""
    release, _course = release_or_404(release_id)
    asset = queries.asset_for(release.id, path)
    if asset is None:
        abort(404)
    return send_asset(asset, public=False)


def send_asset(asset: Asset, *, public: bool) -> ResponseReturnValue:
    """The file with Range and conditional requests, sandboxed so that nothing in it runs as ours."""
    answer = make_response(
        send_file(
            storage.path(asset.storage_key),
            mimetype=asset.media_type,
            as_attachment=asset.media_type not in INLINE,
            download_name=asset.path.rsplit("/", 1)[-1],
            conditional=True,
            etag=asset.sha256,
        )
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "public, max-age=86400" if public else "private, no-store"
    return answer
