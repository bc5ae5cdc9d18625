"""Settings: read once from the environment, checked at the start, refused with a sentence.

Every setting is an environment variable; a secret may instead be given as a file
whose path stands in the same name followed by `_FILE`.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app


class OddSetting(Exception):
    """A setting that cannot be meant so; the message says which and why."""


def root() -> Path:
    """The folder that holds templates/, migrations/ and courses/: the checkout, or the wheel's assets."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "templates").is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout
    return Path(__file__).resolve().parent / "_assets"


def package() -> Path:
    """The folder of this package, which holds static/ and translations/ in a checkout and in a wheel."""
    return Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """What this installation is told from outside."""

    database_url: str
    instance: Path
    secret_key: str
    base_url: str
    demo: bool
    trusted_hosts: tuple[str, ...]
    house_slug: str
    house_name: str
    house_name_en: str
    guardian_age: int
    default_locale: str
    default_currency: str
    stripe_key: str
    stripe_webhook_secret: str
    stripe_base_url: str
    stripe_country: str
    sandbox_port: int
    smtp_url: str
    mail_from: str
    pdf_font_path: str
    grading_slots: int
    log_format: str
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def https(self) -> bool:
        """Whether people reach us over https."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Our host name with its port, as it stands in links."""
        return urlsplit(self.base_url).netloc

    @property
    def uses_sandbox(self) -> bool:
        """Whether payments go to the sandbox that comes with coursehub."""
        return self.stripe_key.startswith("sk_test_sandbox")

    @property
    def files(self) -> Path:
        """Where uploaded and made files live."""
        return self.instance / "files"


def _value(env: Mapping[str, str], name: str, default: str) -> str:
    path = env.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise OddSetting(f"{name}_FILE names {path}, which cannot be read: {problem.strerror}.") from problem
    return env.get(name, default).strip()


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = _value(env, name, str(default))
    try:
        number = int(raw)
    except ValueError as problem:
        raise OddSetting(f"{name} is {raw!r}; it must be a whole number.") from problem
    if not low <= number <= high:
        raise OddSetting(f"{name} is {number}; it must lie between {low} and {high}.")
    return number


def _truth(env: Mapping[str, str], name: str) -> bool:
    raw = _value(env, name, "0").lower()
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off", ""):
        return False
    raise OddSetting(f"{name} is {raw!r}; say 1 or 0.")


def _secret(env: Mapping[str, str], instance: Path) -> str:
    given = _value(env, "COURSEHUB_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise OddSetting("COURSEHUB_SECRET_KEY is shorter than 32 characters; make one with `openssl rand -hex 32`.")
        return given
    kept = instance / "secret_key"
    if not kept.exists():
        instance.mkdir(parents=True, exist_ok=True)
        fresh = instance / f".secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(os.urandom(32).hex(), encoding="utf-8")
        try:
            os.link(fresh, kept)  # atomic: of two processes that start together, one makes the key
        except FileExistsError:
            pass
        fresh.unlink()
    return kept.read_text(encoding="utf-8").strip()


def _sandbox_webhook_secret(secret: str) -> str:
    """What our sandbox signs with: derived, so that server and sandbox agree and nothing leaks."""
    return "whsec_" + hmac.new(secret.encode(), b"sandbox webhook", hashlib.sha256).hexdigest()


def _database(env: Mapping[str, str], instance: Path) -> str:
    url = _value(env, "DATABASE_URL", f"sqlite:///{instance / 'coursehub.sqlite3'}")
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise OddSetting("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def read(env: Mapping[str, str] | None = None) -> Settings:
    """Read and check every setting.

    Raises OddSetting, whose message names the variable and what would be right.
    """
    env = os.environ if env is None else env
    instance = Path(_value(env, "COURSEHUB_INSTANCE", str(Path.cwd() / "instance"))).resolve()
    port = _whole(env, "PORT", 8000, 1, 65535)
    base_url = _value(env, "COURSEHUB_BASE_URL", f"http://localhost:{port}").rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc:
        raise OddSetting(f"COURSEHUB_BASE_URL is {base_url!r}; it must look like https://courses.example.org.")
    own = urlsplit(base_url).hostname or "localhost"
    named = tuple(h.strip() for h in _value(env, "COURSEHUB_TRUSTED_HOSTS", "").split(",") if h.strip())
    secret = _secret(env, instance)
    sandbox_port = _whole(env, "COURSEHUB_SANDBOX_PORT", port + 1 if port < 65535 else port - 1, 1, 65535)
    key = _value(env, "STRIPE_API_KEY", "sk_test_sandbox_coursehub")
    sandboxed = key.startswith("sk_test_sandbox")
    stripe_base = _value(env, "STRIPE_BASE_URL", f"http://127.0.0.1:{sandbox_port}" if sandboxed else "https://api.stripe.com")
    if key.startswith("sk_live_") and urlsplit(stripe_base).hostname != "api.stripe.com":
        raise OddSetting("STRIPE_API_KEY is a live key but STRIPE_BASE_URL is not Stripe's own address.")
    if sandboxed and urlsplit(stripe_base).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise OddSetting("STRIPE_API_KEY is the sandbox key, so STRIPE_BASE_URL must be on this machine.")
    locale = _value(env, "COURSEHUB_LOCALE", "zh-CN")
    if locale not in ("zh-CN", "en"):
        raise OddSetting(f"COURSEHUB_LOCALE is {locale!r}; it must be zh-CN or en.")
    log_format = _value(env, "COURSEHUB_LOG_FORMAT", "auto")
    if log_format not in ("auto", "text", "json"):
        raise OddSetting(f"COURSEHUB_LOG_FORMAT is {log_format!r}; it must be text, json or auto (text on a terminal).")
    return Settings(
        database_url=_database(env, instance),
        instance=instance,
        secret_key=secret,
        base_url=base_url,
        demo=_truth(env, "COURSEHUB_DEMO"),
        trusted_hosts=("localhost", "127.0.0.1", "[::1]", own, *named),
        house_slug=_value(env, "COURSEHUB_HOUSE_SLUG", "house"),
        house_name=_value(env, "COURSEHUB_HOUSE_NAME", "量潮课堂"),
        house_name_en=_value(env, "COURSEHUB_HOUSE_NAME_EN", "QuantTide Academy"),
        guardian_age=_whole(env, "COURSEHUB_GUARDIAN_AGE", 18, 0, 30),
        default_locale=locale,
        default_currency=_value(env, "COURSEHUB_CURRENCY", "CNY"),
        stripe_key=key,
        stripe_webhook_secret=_value(env, "STRIPE_WEBHOOK_SECRET", _sandbox_webhook_secret(secret) if sandboxed else ""),
        stripe_base_url=stripe_base,
        stripe_country=_value(env, "STRIPE_COUNTRY", "").upper(),
        sandbox_port=sandbox_port,
        smtp_url=_value(env, "COURSEHUB_SMTP_URL", ""),
        mail_from=_value(env, "COURSEHUB_MAIL_FROM", f"coursehub@{own}"),
        pdf_font_path=_value(env, "COURSEHUB_PDF_FONT_PATH", ""),
        grading_slots=_whole(env, "COURSEHUB_GRADING_SLOTS", 2, 1, 64),
        log_format=log_format,
    )


def current_settings() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions["coursehub_settings"]
    return settings
