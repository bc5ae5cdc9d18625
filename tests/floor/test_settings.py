"""Settings: read once, odd values refused with a sentence, secrets from files."""

import pytest

from coursehub import config
from coursehub.config import OddSetting

GOOD = {"COURSEHUB_SECRET_KEY": "k" * 40}


def settings(tmp_path, **env):
    return config.read({"COURSEHUB_INSTANCE": str(tmp_path), **GOOD, **env})


def test_nothing_set_gives_a_working_machine_of_ones_own(tmp_path):
    given = config.read({"COURSEHUB_INSTANCE": str(tmp_path)})
    assert given.database_url.startswith("sqlite:///")
    assert given.uses_sandbox
    assert len(given.secret_key) == 64
    assert config.read({"COURSEHUB_INSTANCE": str(tmp_path)}).secret_key == given.secret_key
    assert given.secret_key[:20] not in given.stripe_webhook_secret


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "whole number"),
        ("PORT", "0", "between"),
        ("COURSEHUB_DEMO", "perhaps", "say 1 or 0"),
        ("COURSEHUB_SECRET_KEY", "short", "32 characters"),
        ("DATABASE_URL", "mysql://x", "sqlite:/// or postgresql://"),
        ("COURSEHUB_LOG_FORMAT", "xml", "text, json or auto"),
        ("COURSEHUB_LOCALE", "fr", "zh-CN or en"),
        ("COURSEHUB_BASE_URL", "courses.example.org", "https://"),
        ("STRIPE_BASE_URL", "http://pay.example.org", "on this machine"),
        ("COURSEHUB_SECRET_KEY_FILE", "/nowhere/at/all", "cannot be read"),
    ],
)
def test_an_odd_value_is_refused_with_a_sentence_that_names_it(tmp_path, name, value, says):
    with pytest.raises(OddSetting, match=says) as refused:
        settings(tmp_path, **{name: value})
    assert name.split("_FILE")[0].split("_")[0] in str(refused.value)


def test_a_live_key_never_goes_anywhere_but_to_stripe(tmp_path):
    with pytest.raises(OddSetting, match="live key"):
        settings(tmp_path, STRIPE_API_KEY="sk_live_x", STRIPE_BASE_URL="http://127.0.0.1:9")


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "secret").write_text("s" * 50 + "\n")
    assert (
        config.read({"COURSEHUB_INSTANCE": str(tmp_path), "COURSEHUB_SECRET_KEY_FILE": str(tmp_path / "secret")}).secret_key
        == "s" * 50
    )
