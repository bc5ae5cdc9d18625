"""The demo is whole: books sound, every page opens for every member of the cast, in both languages."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urldefrag, urlsplit

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.contracts.models import MoneyEvent, Terms
from coursehub.db import db
from coursehub.learning.credentials.models import Credential
from coursehub.learning.grading.isolation import isolation_available
from coursehub.ledger.checks import check_books
from coursehub.payouts import queries as payouts
from coursehub.payouts.models import RailAccount, TransferMade
from coursehub.people import demo_cast
from coursehub.people.models import Organisation
from coursehub.preflight import prove
from coursehub.sales.models import Order, Refund, RefundRequest
from coursehub.translations.catalogues import CATALOGUES, translated

from ..cast import sign_in
from ..conftest import require
from ..ledger import strangers
from ..statements.offline import faults, issued_bundles

ANYWHERE_EMPTY = (
    # Empty in a good installation, and said so:
    r"^/house/jobs",  # nothing waits and nothing is dead
    r"^/search",
    r"^/account",  # nobody has looked at this person's data
    r"^/credentials$",  # a member of the cast who has not finished a course
    r"^/orders$",
    r"^/subscriptions$",
    r"^/studio/passes$",  # of an organisation whose courses are in none
    r"^/learn$",
    r"^/studio/(coupons|links|earnings|questions|reviews|contracts|courses)",  # of an organisation that has none
    r"^/house/(refunds|support|reports|orders)\?",  # filters that match nothing
    r"^/learn/[^/]+/.*",  # a step that nobody has asked about
    r"^/organisations/",
    r"^/desk$",  # of staff and partners who learn nothing themselves
    r"^/house/contracts/(new|[a-z0-9]+/facts)",  # every course has its contract; the house's own needs no facts
    r"^/house/organisations/",  # of which nobody asked anything
    r"^/courses/[^/]+/",
    r"^/career",  # of staff, partners and employers who do not show themselves, and what nobody has asked or seen yet
    r"^/hire",  # of a member that has asked nobody
    r"^/courses\?",
)
SKIP = re.compile(
    r"^/(static|assets|house/components|outbox|house/outbox|r/|sign-out|webhooks)|\.(pdf|json|xml|csv|ics|svg|png|mp4|vtt|zip)$|/(file|files|asset|assets)/"
)
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
TAG = re.compile(r"<(script|style|template|code|pre)\b.*?</\1>|<[^>]+>", re.S)
QUOTE = re.compile(r"<blockquote>.*?</blockquote>", re.DOTALL)
"""What was agreed to stands word for word, in the language in which it was agreed."""


def shape(path: str) -> str:
    """A path with its ids taken out, so that a hundred orders count as one kind of page."""
    return (
        re.sub(r"/(?=[a-z0-9]*\d)[a-z0-9-]{6,}|/\d+", "/*", urlsplit(path).path)
        + "?"
        + "&".join(sorted(part.split("=")[0] for part in urlsplit(path).query.split("&") if part))
    )


def english_sentences() -> list[str]:
    """Every English text that has a Chinese one and is long enough to be told apart in a Chinese page."""
    found = {
        message if isinstance(message, str) else message[0] for file in CATALOGUES.glob("*.po") for message in translated(file)
    }
    return sorted(m for m in found if len(m) > 14 and m.count(" ") > 2 and "%(" not in m and m.isascii())


def pages_of(client, starts: list[str], *, most_of_a_kind: int = 2, most: int = 400):
    """Every page that can be reached, a few of each kind."""
    queue, seen, kinds = list(starts), set(starts), Counter()
    while queue and most:
        path = queue.pop(0)
        kind = shape(path)
        if SKIP.search(urlsplit(path).path) or kinds[kind] >= most_of_a_kind:
            continue
        kinds[kind] += 1
        most -= 1
        response = client.get(path, follow_redirects=False)
        yield path, response
        if response.mimetype != "text/html" or response.status_code != 200:
            target = response.headers.get("Location", "")
            links = [target] if target.startswith("/") else []
        else:
            links = LINK.findall(response.text)
        for link in links:
            local = urldefrag(unescape(link)).url
            if local.startswith("/") and not local.startswith("//") and local not in seen:
                seen.add(local)
                queue.append(local)


@pytest.mark.slow
def test_the_demo_is_lived_in_and_its_books_are_sound(demo_app, built_demo):
    assert check_books().faults == ()
    count = lambda table, *where: db.session.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()  # noqa: E731
    assert count(Order, Order.state == "paid") >= 40
    assert count(Refund, Refund.state == "done") >= 3
    assert count(RefundRequest) >= 3
    assert count(Terms) >= 4
    assert count(MoneyEvent, MoneyEvent.kind == "refund") >= 3
    assert count(jobs.Job, jobs.Job.run_at <= clock.now()) == 0  # what is left waits for a last day
    assert count(Credential) >= 5


@pytest.mark.slow
def test_strangers_add_the_demos_books_up_to_our_balances_and_find_a_cent(demo_app, tmp_path):
    strangers.agree(tmp_path)
    strangers.find_a_cent(tmp_path)


@pytest.mark.slow
def test_everything_that_the_demo_keeps_about_money_is_proved(demo_app):
    found = prove()
    assert [finding for finding in found if finding.severity != "fine"] == []
    assert {finding.topic for finding in found} >= {"ledger", "billing", "contracts", "payouts", "statements"}


@pytest.mark.slow
def test_terms_that_count_were_closed_and_the_program_for_partners_works_out_every_statement(demo_app):
    """Lumen's ladder by volume was climbed out of order, since the answer to a payment came late: its statement shows a true-up."""
    lumen = db.session.execute(sa.select(Organisation).where(Organisation.slug == "lumen")).scalar_one()
    (entry,) = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "true_up")).scalars()
    assert sum(line.amount_minor for line in entry.lines if line.party == lumen.public_id) > 0
    bundles = issued_bundles(lumen)
    assert [parts for parts in bundles if "true_up" in {event["kind"] for event in parts["events"]}]
    others = db.session.execute(sa.select(Organisation).where(Organisation.id != lumen.id)).scalars()
    for parts in [*bundles, *(parts for other in others for parts in issued_bundles(other))]:
        assert faults(parts) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_opens_for_every_member_of_the_cast(demo_app, language):
    require(isolation_available(), "isolation for code exercises (bubblewrap)")
    english = english_sentences()
    wrong: list[str] = []
    visited = 0
    everybody = [None, *demo_cast.members()]
    for member in everybody:
        name = member.name if member else "nobody"
        client = demo_app.test_client()
        client.set_cookie("language", language, domain="localhost")
        if member:
            sign_in(client, member.person)
        starts = ["/", "/courses", "/search?q=%E6%95%B0%E6%8D%AE", "/outbox"]
        starts += ["/account", "/orders", "/learn", "/credentials", "/studio", "/house", "/career", "/hire"] if member else []
        for path, response in pages_of(client, starts):
            visited += 1
            status = response.status_code
            if status >= 400 and not (status in (403, 404) and path in starts):
                wrong.append(f"{name} {path}: {status}")
                continue
            if response.mimetype != "text/html" or status != 200:
                continue
            text = unescape(TAG.sub(" ", QUOTE.sub(" ", response.text)))
            if 'class="empty"' in response.text and not any(re.search(p, path) for p in ANYWHERE_EMPTY):
                wrong.append(f"{name} {path}: an empty state")
            if language == "zh-CN":
                wrong += [f"{name} {path}: in English: {sentence}" for sentence in english if sentence in text]
            db.session.rollback()
    assert wrong == [], "\n".join(wrong[:60])
    assert visited > 250


@pytest.mark.slow
def test_a_second_demo_is_refused_over_the_first(demo_app):
    from coursehub.config import OddSetting
    from coursehub.demo import build

    with pytest.raises(OddSetting, match="not empty"):
        build.build(rebuild=False, tell=print, app=demo_app)


@pytest.mark.slow
def test_a_partner_is_paid_through_the_provider_and_the_waiting_run_still_pays_by_bank(demo_app):
    made = db.session.execute(sa.select(TransferMade.payout_id)).scalars().all()
    assert [payouts.step_of(payout_id) for payout_id in made] == ["paid"]
    account = db.session.execute(sa.select(RailAccount)).scalar_one()
    assert (account.transfers, account.payouts) == ("active", "active")
    waiting = payouts.payouts_of_run(payouts.open_run("CNY").id)
    assert len(waiting) > len(payouts.transfers_of([payout.id for payout in waiting]))
