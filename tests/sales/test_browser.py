"""The purchase in a real browser, by keyboard alone, through every ending of the pay page."""

import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.sessions import SecureCookieSessionInterface

from coursehub import clock, config, jobs, rails, schema
from coursehub.app import create_app
from coursehub.db import db
from coursehub.people.operations.signing_in import begin_session
from coursehub.people.sessions import COOKIE_KEY
from coursehub.sales.models import Order
from coursehub.sandbox.app import connect_webhook, create_sandbox, store_of
from tests.cast import Cast
from tests.conftest import require
from tests.sales.rig import Shop
from tests.sandbox.rig import SECRET, Running, Sandbox, client_for

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ONLY_US = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


class Street:
    """A shop and a pay page, each on a port, and a browser in which Ada is signed in."""

    def __init__(self, folder: Path, at: datetime) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        pay = create_sandbox(folder / "sandbox.sqlite3", with_control=True)
        self.pay = Running(pay)
        pay.config["PUBLIC_URL"] = self.pay.url
        self.sandbox = Sandbox(pay, self.pay.url, store_of(pay), client_for(self.pay.url), pay.test_client())
        self.url = f"http://localhost:{port}"
        env = {
            "COURSEHUB_INSTANCE": str(folder), "COURSEHUB_SECRET_KEY": "a secret that is only for tests, and long",
            "COURSEHUB_BASE_URL": self.url, "STRIPE_BASE_URL": self.pay.url, "STRIPE_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip
        self.app = create_app(config.read(env))
        with self.app.app_context():
            schema.migrate()
            cast = Cast()
            self.shop = Shop(cast, self.sandbox, at)
            with rails.use(self.shop.rail):
                self.shop.offer(self.shop.course())
            token = begin_session(cast.ada, device="test", at=clock.now())[1]
        signer: Any = SecureCookieSessionInterface().get_signing_serializer(self.app)
        self.cookie = {
            "name": self.app.config["SESSION_COOKIE_NAME"], "value": signer.dumps({COOKIE_KEY: token, "_fresh": True}),
            "url": f"https://localhost:{port}/", "secure": True, "httpOnly": True,
        }  # fmt: skip
        self.served = Running(self.app, port)
        connect_webhook(self.sandbox.store, url=f"http://127.0.0.1:{port}/webhooks/stripe", secret=SECRET)

    def work(self) -> None:
        """Deliver the webhooks and do what they ask for."""
        self.sandbox.tell("deliver")
        with self.app.app_context():
            jobs.run_due(at=clock.now(), strict=True)

    def state(self) -> str:
        """The state of the last order."""
        with self.app.app_context():
            return db.session.execute(sa.select(Order.state).order_by(Order.id.desc()).limit(1)).scalar_one()

    def stop(self) -> None:
        self.served.stop()
        self.pay.stop()
        with self.app.app_context():
            db.engine.dispose()


@pytest.fixture
def street(tmp_path: Path, at: datetime) -> Iterator[Street]:
    made = Street(tmp_path, at)
    yield made
    made.stop()


@pytest.fixture(params=["zh-CN", "en"])
def tab(street: Street, request: pytest.FixtureRequest, playwright_driver: Any) -> Iterator[Any]:
    require(CHROMIUM, "Chromium")
    browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", ONLY_US])
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.add_cookies([street.cookie, {"name": "language", "value": request.param, "url": street.url}])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
    page.language = request.param
    yield page
    browser.close()


def press(tab: Any, selector: str) -> None:
    """Use a control without a mouse."""
    tab.focus(selector)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def choose(tab: Any, outcome: str) -> None:
    assert "SANDBOX" in tab.inner_text("body")
    press(tab, f"button[value={outcome}]")


def test_a_purchase_through_every_ending_of_the_pay_page(street, tab):
    tab.goto(f"{street.url}/courses/python/checkout")
    assert ("去付款" if tab.language == "zh-CN" else "Go to payment") in tab.inner_text("main")
    press(tab, "main form[method=post] button")
    assert tab.url.startswith(street.pay.url), "the content security policy lets the form lead on to the pay page"
    choose(tab, "leave")
    assert "/orders/" in tab.url and street.state() == "awaiting_payment"
    press(tab, "form[action$='/pay'] button")
    choose(tab, "decline")
    assert tab.locator("[role=alert]").count() == 1
    choose(tab, "authenticate")
    press(tab, "button[value=confirm]")
    assert tab.url.startswith(f"{street.url}/orders/") and street.state() == "paid"
    press(tab, "a.button--primary")
    assert "/learn/" in tab.url
    assert [line for line in tab.complaints if "Content Security Policy" in line] == []


@pytest.mark.parametrize("tab", ["zh-CN"], indirect=True)
def test_a_wallet_decides_while_the_buyer_has_closed_the_page(street, tab):
    tab.goto(f"{street.url}/courses/python/checkout")
    press(tab, "main form[method=post] button")
    tab.check("input[value=alipay]")
    choose(tab, "wait")
    assert tab.url.startswith(f"{street.url}/orders/") and street.state() == "awaiting_payment"
    assert ("等待付款" if tab.language == "zh-CN" else "waits to be paid") in tab.inner_text("main")
    street.sandbox.tell("settle")
    street.work()
    assert street.state() == "paid"
    tab.reload()
    assert tab.locator("a.button--primary").count() == 1


@pytest.mark.parametrize("tab", ["en"], indirect=True)
def test_money_comes_back_by_two_keys(street, tab):
    tab.goto(f"{street.url}/courses/python/checkout")
    press(tab, "main form[method=post] button")
    choose(tab, "pay")
    tab.focus("#refund summary")
    tab.keyboard.press("Enter")
    press(tab, "#refund button.button--harm")
    street.work()
    street.work()
    tab.reload()
    assert street.state() == "refunded"
    assert ("已全额退款" if tab.language == "zh-CN" else "refunded in full") in tab.inner_text("main")
