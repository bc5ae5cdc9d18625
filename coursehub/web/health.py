"""Is the process alive, and may it take requests."""

import shutil

import sqlalchemy as sa
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coursehub import clock, schema
from coursehub.config import current_settings
from coursehub.db import db, transaction
from coursehub.jobs import Job
from coursehub.web.audiences import PUBLIC, access

bp = Blueprint("health", __name__)

OLDEST_JOB_SECONDS = 600
LEAST_FREE_BYTES = 256 * 1024 * 1024


@bp.get("/healthz")
@access(PUBLIC)
def healthz() -> ResponseReturnValue:
    """Alive: the process answers."""
    return {"alive": True}


@bp.get("/readyz")
@access(PUBLIC)
def readyz() -> ResponseReturnValue:
    """Ready: the database takes writes and has the right shape, work is not piling up, the disk has room."""
    now = clock.now()
    checks: dict[str, bool] = {}
    try:
        with transaction():
            db.session.execute(sa.update(Job).where(Job.id == 0).values(attempts=0))
        checks["writes"] = True
        checks["schema"] = schema.revision() == schema.newest_revision()
        oldest = db.session.execute(sa.select(sa.func.min(Job.run_at)).where(Job.state == "waiting")).scalar_one()
        checks["jobs"] = oldest is None or (now - oldest).total_seconds() < OLDEST_JOB_SECONDS
    except sa.exc.OperationalError:
        db.session.rollback()
        checks["writes"] = False
    checks["disk"] = shutil.disk_usage(current_settings().instance).free > LEAST_FREE_BYTES
    answer = jsonify(ready=all(checks.values()), checks=checks)
    answer.status_code = 200 if all(checks.values()) else 503
    return answer
