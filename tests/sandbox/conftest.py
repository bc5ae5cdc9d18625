"""A sandbox and an inbox for each test that wants them."""

from collections.abc import Iterator

import pytest
from flask import Flask

from coursehub.sandbox.app import connect_webhook, create_sandbox, store_of
from tests.sandbox.rig import SECRET, Inbox, Running, Sandbox, client_for


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    app = create_sandbox(None, with_control=True)
    running = Running(app)
    app.config["PUBLIC_URL"] = running.url
    yield Sandbox(app, running.url, store_of(app), client_for(running.url), app.test_client())
    running.stop()


@pytest.fixture
def inbox(sandbox: Sandbox) -> Iterator[Inbox]:
    box = Inbox()
    app = Flask("inbox")
    app.add_url_rule("/hooks", view_func=box.take, methods=["POST"])
    running = Running(app)
    box.url = f"{running.url}/hooks"
    connect_webhook(sandbox.store, url=box.url, secret=SECRET)
    yield box
    running.stop()
