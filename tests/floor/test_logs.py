"""Logs: one JSON object a line where nobody sits at a terminal, with the request's id and nothing a person typed."""

import io
import json
import logging

import pytest
import sqlalchemy as sa

from coursehub import jobs, logs
from coursehub.db import db, transaction


@pytest.fixture
def said():
    """The lines that are logged while the test runs, as a machine reads them."""
    stream = io.StringIO()
    listener = logging.StreamHandler(stream)
    listener.setFormatter(logs.JsonLines())
    logging.getLogger().addHandler(listener)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(listener)


def test_a_failed_request_is_one_line_that_bears_the_id_the_page_shows(app, said, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "health.readyz", lambda: int("ada@example.org"))
    response = app.test_client().get("/readyz?mail=ada@example.org")
    assert response.status_code == 500
    (line,) = [line for line in said() if line["level"] == "error"]
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert line["error"] == "builtins.ValueError"
    assert "test_logs.py" in line["trace"][-1]
    assert "health.readyz" in line["message"]
    assert "ada@example.org" not in json.dumps(line)


def test_a_failed_job_is_told_and_kept_without_what_a_person_typed(app, said, at):
    @jobs.job("tests.quotes_a_person")
    def quoting(*, at):
        db.session.execute(sa.text("SELECT * FROM no_such_table WHERE x = :typed"), {"typed": "ada@example.org"})

    with transaction():
        jobs.enqueue("tests.quotes_a_person", at=at)
    jobs.run_due(at=at)
    (line,) = [line for line in said() if line["logger"] == "coursehub.jobs"]
    assert "tests.quotes_a_person" in line["message"]
    kept = db.session.execute(sa.select(jobs.Job.last_error)).scalar_one()
    assert "no_such_table" in kept
    assert "ada@example.org" not in json.dumps(line) + kept


@pytest.mark.parametrize(
    ("form", "at_a_terminal", "is_json"),
    [("auto", False, True), ("auto", True, False), ("json", True, True), ("text", False, False)],
)
def test_a_terminal_is_told_in_lines_to_read(monkeypatch, form, at_a_terminal, is_json):
    stream, root = io.StringIO(), logging.getLogger()
    monkeypatch.setattr(stream, "isatty", lambda: at_a_terminal, raising=False)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(root, "handlers", [])
    logs.speak(form)
    logs.speak(form)
    logging.getLogger("coursehub.x").warning("the tide is %s", "低")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "the tide is 低" if is_json else line == "WARNING coursehub.x: the tide is 低"


def test_whoever_logs_already_is_left_alone(monkeypatch):
    mine = logging.NullHandler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [mine])
    logs.speak("json")
    assert logging.getLogger().handlers == [mine]
