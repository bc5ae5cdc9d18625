"""Sending a release's files: in parts when a player asks for parts, and never as a page of ours."""

from flask import make_response, send_file
from flask.typing import ResponseReturnValue

from coursehub import storage
from coursehub.catalog.models import Asset

SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "video/mp4", "video/webm", "text/vtt", "audio/mpeg")
"""What a page may show inside itself; anything else is handed over as a download."""


def send_asset(asset: Asset, *, is_public: bool) -> ResponseReturnValue:
    """The file with Range and conditional requests; sandboxed, so that nothing in it runs as ours."""
    answer = make_response(
        send_file(
            storage.path(asset.storage_key),
            mimetype=asset.media_type,
            as_attachment=asset.media_type not in SHOWN and asset.media_type != "image/svg+xml",
            download_name=asset.path.rsplit("/", 1)[-1],
            conditional=True,
            etag=asset.sha256,
        )
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'"
    answer.headers["Cache-Control"] = "public, max-age=86400" if is_public else "private, max-age=3600"
    return answer
