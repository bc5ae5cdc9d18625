"""Headers, cookies and hosts: what is true of every answer we give."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from flask_wtf.csrf import CSRFProtect

from coursehub.config import Settings
from coursehub.web.audiences import audience_of

csrf = CSRFProtect()


def content_security_policy(settings: Settings) -> str:
    """Only our own files; no inline script or style; forms may lead on to the payment page."""
    pay = "https://checkout.stripe.com"
    if settings.uses_sandbox:
        port = urlsplit(settings.stripe_base_url).port
        pay = f"http://127.0.0.1:{port} http://localhost:{port}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            f"form-action 'self' {pay}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _from_our_pages() -> bool:
    """Whether the browser says that this form stood on a page of ours."""
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def init_app(app: Flask, settings: Settings) -> None:
    """Cookies only for us and only over https or loopback; strict headers; known hosts; CSRF on every form."""
    loopback = urlsplit(settings.base_url).hostname in ("localhost", "127.0.0.1", "::1")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if settings.https or loopback else "session",
        SESSION_COOKIE_SECURE=settings.https or loopback,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,  # our own rows say how long a session lives
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        MAX_CONTENT_LENGTH=320 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
    )
    csrf.init_app(app)
    policy = content_security_policy(settings)
    hosts = frozenset(settings.trusted_hosts)

    @app.before_request
    def _known_host() -> None:
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if name not in hosts:
            abort(400)

    @app.before_request
    def _forgery() -> None:
        audience = audience_of(app, request.endpoint) if request.endpoint else None
        if not app.config.get("WTF_CSRF_ENABLED", True) or (audience and audience.signed_call):
            return
        if audience and audience.from_our_pages:
            if request.method == "POST" and not _from_our_pages():
                abort(400)
            return
        csrf.protect()

    @app.before_request
    def _nothing_unwritable() -> None:
        """No keyboard types a null character and PostgreSQL keeps none: who sends one gets a plain answer."""
        if "\x00" in request.path or any("\x00" in value for value in request.values.values()):
            abort(400)

    @app.after_request
    def _headers(response: Response) -> Response:
        defaults: dict[str, Any] = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }
        if settings.https:
            defaults["Strict-Transport-Security"] = "max-age=31536000"
        for name, value in defaults.items():
            response.headers.setdefault(name, value)
        if "actor" in g and g.actor is not None:  # a personal page is kept by nobody
            response.headers.setdefault("Cache-Control", "no-store")
        return response
