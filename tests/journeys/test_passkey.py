"""A partner signs terms with a key that only her device holds, and anybody checks it without an account."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import coursehub

from .browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHECKER = Path(coursehub.__file__).parent / "static" / "check_statement.py"


def give_device(person: Person) -> None:
    """A device that makes keys and knows its holder, as the browser's own tools play one."""
    tools = person.context.new_cdp_session(person.page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_partner_signs_with_a_passkey_and_the_record_proves_it(arrive, tmp_path, language):
    eve = arrive(language)
    eve.become("Eve")
    give_device(eve)
    eve.go("/account/security")
    eve.press("Add a passkey")
    eve.confirm()
    eve.fill("name", "Eve's phone")
    eve.press("Make the passkey")
    eve.reads("Eve's phone")
    eve.sees("Passkey added")

    eve.go("/account/confirm-it-is-you?next=/account/security")
    eve.press("Use a passkey")
    assert eve.path == "/account/security"
    assert not eve.has("not yet"), "the passkey was used"

    eve.go("/studio/contracts")
    eve.submit("main a:has-text('SQL')")
    contract = eve.path
    eve.press("Propose a change")
    eve.fill("hold_days", "21" if language == "en" else "22")
    eve.press("Put it on offer")
    eve.press("Read and sign")
    eve.page.check("#read-too")
    eve.press("Sign with your passkey")
    eve.sees("by passkey")
    proposal = eve.path

    answer = eve.context.request.get(f"{eve.site}{contract}/evidence.json")
    told = json.loads(answer.body())
    signature = told["proposals"][-1]["signatures"][-1]
    assert signature["method"] == "passkey"
    file = tmp_path / "evidence.json"
    file.write_bytes(answer.body())
    checked = subprocess.run([sys.executable, "-I", CHECKER, file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and signature["assertion"]["key"]["x"][:16] in checked.stdout
    signature["assertion"]["key"]["x"], signature["assertion"]["key"]["y"] = told["proposals"][-1]["terms_hash"], "1"
    file.write_text(json.dumps(told))
    assert subprocess.run([sys.executable, "-I", CHECKER, file], capture_output=True, check=False).returncode == 1

    eve.go(proposal)
    with eve.page.expect_navigation():  # else the next page may cut the wish off
        eve.page.locator("form[action$='/withdraw'] button").first.evaluate("button => button.form.submit()")
    eve.go("/account/security")
    eve.unfold("Remove")
    eve.press("Remove", within=".confirm__body")
    assert not eve.has("Your passkeys")
