"""Two people of finance: the partner's reads her statement and proves it, the house's pay and read what the bank answers."""

import csv
import io
import json
import re
import zipfile

import pytest

from coursehub import clock

from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def taken(person: Person, selector: str) -> bytes:
    """What a link to a file leads to, with the person's own cookies."""
    address = str(person.page.locator(selector).locator("visible=true").first.get_attribute("href"))
    answer = person.context.request.get(person.site + address)
    assert answer.status == 200, address
    return bytes(answer.body())


def saved(person: Person, selector: str) -> bytes:
    """What a button saves."""
    with person.page.expect_download() as download:
        person.page.locator(selector).locator("visible=true").first.click()
    return bytes(download.value.path().read_bytes())


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_partner_reads_a_month_to_the_cent_and_takes_it_along(arrive, language):
    finn = arrive(language)
    finn.become("Finn")
    finn.go("/studio")
    finn.submit("nav a[href='/studio/statements']")
    months = [str(a.get_attribute("href")) for a in finn.page.locator("main table a").all()]
    assert len(months) > 3
    finn.go(months[1])
    rows = list(csv.reader(io.StringIO(taken(finn, "main a[href$='/csv']").decode("utf-8-sig"))))
    assert len(rows) > 3
    assert b"%PDF-" in taken(finn, "main a[href$='/pdf']")[:8]
    assert taken(finn, "main a[href$='/beancount']").decode().count("CNY") > 2
    bundle = taken(finn, "main a[href$='/zip']")
    with zipfile.ZipFile(io.BytesIO(bundle)) as kept:
        assert any(name.endswith(".json") and json.loads(kept.read(name)) for name in kept.namelist())
    finn.submit("main table a[href*='/lines/']")
    assert finn.page.locator("main table tbody tr").count() >= 1
    finn.submit("main table a[href*='/earnings/']")
    assert re.search(r"/studio/earnings/[0-9a-z]{16}", finn.page.url)
    assert finn.page.locator("main code").count() >= 2, "the hashes of terms and journal"


def test_two_people_of_the_house_pay_a_partner_and_read_the_banks_answer(arrive):
    """Fay works in Chinese, Stan and the partner in English."""
    fay, stan, finn = arrive("zh-CN"), arrive("en"), arrive("en")
    for person, name in ((fay, "Fay"), (stan, "Stan"), (finn, "Finn")):
        person.become(name)
    fay.go("/house/payouts")
    fay.page.locator("main a[href*='/house/payouts/runs/'], main a[href*='/house/payouts/']").filter(
        has_text=re.compile("批次")
    ).first.click()
    fay.page.wait_for_load_state()
    fay.sees("You prepared this run. Another person of finance confirms it.")
    assert fay.thing("Confirm the run").count() == 0, "nobody confirms what they prepared"
    run = fay.path
    stan.go(run)
    stan.unfold("Confirm the run")
    stan.press("Confirm the run", within=".confirm__body")
    number = stan.page.locator("main table tbody th code").first.inner_text()
    fay.go(run)
    order = saved(fay, "main form[action$='/file'] button").decode("utf-8-sig")
    assert number in order
    amount = re.sub(r"[^0-9.]", "", stan.page.locator("main table tbody tr").first.locator("td").last.inner_text())
    finn.go("/studio/payouts")
    finn.reads(number)
    fay.go("/house/payouts")
    answer = (
        "reference,result,date,amount,currency,bank_reference,reason\n"
        + f"{number},paid,{clock.now().date()},{amount},CNY,B-1,\n"
    )
    fay.page.set_input_files("main input[type=file]", {"name": "answer.csv", "mimeType": "text/csv", "buffer": answer.encode()})
    fay.submit("main form[enctype] button[type=submit]")
    finn.page.reload()
    assert fay.page.locator(".notice--harm").count() == 0, fay.page.inner_text("main")[:600]
    row = finn.page.locator("main table tr").filter(has_text=number)
    assert finn.say("arrived") in row.inner_text()
