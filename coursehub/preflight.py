"""What an operator should know before the first visitor comes, in plain words."""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask

from coursehub import schema
from coursehub.config import Settings, root
from coursehub.db import db
from coursehub.jobs import Job
from coursehub.pdf import chinese_family

LEAST_FREE_BYTES = 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at. severity: fine, note (works with less), or stop (must be mended)."""

    topic: str
    severity: str
    sentence: str


def _payments(settings: Settings) -> Finding:
    if settings.uses_sandbox:
        severity = "note" if settings.demo or not settings.https else "stop"
        return Finding("payments", severity, "Payments go to the sandbox: nobody is really charged. Set STRIPE_API_KEY.")
    if not settings.stripe_webhook_secret:
        return Finding("payments", "stop", "STRIPE_WEBHOOK_SECRET is not set, so payments are refused.")
    return Finding("payments", "fine", "Payments go to Stripe, and its messages can be checked.")


def _addresses(settings: Settings) -> Finding:
    host = urlsplit(settings.base_url).hostname
    if not settings.https and host not in ("localhost", "127.0.0.1", "::1"):
        return Finding("address", "stop", "COURSEHUB_BASE_URL is plain http on a public name, so nobody can sign in. Use https.")
    if settings.demo and settings.https:
        return Finding("address", "stop", "COURSEHUB_DEMO is on for a public address. Set it to 0.")
    return Finding("address", "fine", f"People reach us at {settings.base_url}.")


def _database(at: datetime) -> list[Finding]:
    kind = db.engine.dialect.name
    findings = [
        Finding("database", "fine", "The database is PostgreSQL.")
        if kind == "postgresql"
        else Finding("database", "note", "The database is SQLite: good for one machine and a few sales a second.")
    ]
    now, wanted = schema.revision(), schema.newest_revision()
    if now != wanted:
        sentence = f"The database is at {now or 'nothing'}; run `coursehub migrate` to reach {wanted}."
        findings.append(Finding("schema", "stop", sentence))
        return findings
    findings.append(Finding("schema", "fine", f"The database has the shape this version needs ({wanted})."))
    dead = db.session.execute(sa.select(sa.func.count()).where(Job.state == "dead")).scalar_one()
    oldest = db.session.execute(sa.select(sa.func.min(Job.run_at)).where(Job.state == "waiting")).scalar_one()
    if dead:
        findings.append(Finding("jobs", "note", f"{dead} jobs are dead and wait for a person at /house/jobs."))
    if oldest is not None and (at - oldest).total_seconds() > 600:
        findings.append(Finding("jobs", "stop", "Work has been waiting for over ten minutes: is `coursehub worker` running?"))
    return findings


def _grading() -> Finding:
    from coursehub.learning.grading.isolation import isolation_available

    if isolation_available():
        return Finding("grading", "fine", "Code exercises are graded in isolation.")
    return Finding("grading", "note", "No isolation is available, so code exercises are not graded. Install bubblewrap.")


def look(app: Flask, *, at: datetime) -> list[Finding]:
    """Look at everything once; needs an application context."""
    settings: Settings = app.extensions["coursehub_settings"]
    findings = [_addresses(settings), *_database(at), _payments(settings), _grading()]
    findings.append(
        Finding("mail", "fine", "Letters leave by SMTP.")
        if settings.smtp_url
        else Finding("mail", "note", "COURSEHUB_SMTP_URL is not set: letters stay in the outbox at /house/outbox.")
    )
    findings.append(
        Finding("fonts", "fine", "A Chinese font for PDF certificates was found.")
        if chinese_family(settings.pdf_font_path)
        else Finding("fonts", "note", "No Chinese font was found for PDF certificates; set COURSEHUB_PDF_FONT_PATH.")
    )
    if not (root() / "courses").is_dir():
        findings.append(Finding("courses", "note", "The house's own courses are not part of this installation."))
    free = shutil.disk_usage(settings.instance).free
    if free < LEAST_FREE_BYTES:
        findings.append(Finding("disk", "stop", f"Only {free // 1024**2} MB are free on the disk."))
    return findings


def prove() -> list[Finding]:
    """What every room keeps about money, and the audit lines, held against what they were made from; minutes for a large book."""
    from coursehub.app import parts

    findings = []
    for checks in parts("checks"):
        if not hasattr(checks, "SOUND"):
            continue  # the catalogue's checks look at courses before a review
        topic, faults = checks.__name__.split(".")[1], list(checks.faults())
        findings += [Finding(topic, "stop", fault) for fault in faults] or [Finding(topic, "fine", checks.SOUND)]
    return findings


def as_text(findings: list[Finding]) -> str:
    """A line per finding, the worst first, and a closing sentence."""
    marks = {"stop": "STOP", "note": "note", "fine": "ok"}
    ordered = sorted(findings, key=lambda f: ("stop", "note", "fine").index(f.severity))
    lines = [f"{marks[f.severity]:>4}  {f.topic}: {f.sentence}" for f in ordered]
    stops = sum(f.severity == "stop" for f in findings)
    lines.append("This installation is ready." if not stops else f"{stops} things must be mended first.")
    return "\n".join(lines)


def as_json(findings: list[Finding]) -> str:
    """The same for machines."""
    return json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=2)
