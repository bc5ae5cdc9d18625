"""Whatever happens to bundles in whatever order: parts add up, nobody is credited by a refund, and all of it back is nothing left."""

import pytest

from coursehub.contracts.operations import maturing
from coursehub.ledger import checks
from tests.ledger import strangers
from tests.sales.bundle_histories import DAY, BundleHistory, faults, standing

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("seed", range(3))
def test_a_random_history_of_bundles_leaves_sound_books_and_full_refunds_leave_nothing(cast, at, seed, tmp_path):
    history = BundleHistory(cast, at, seed)
    for _part in range(3):
        history.run(12)
        assert faults(cast.northwind.public_id) == [], f"seed {seed}"
    history.give_back(whole=True)
    history.now += 100 * DAY
    history.mature()
    assert faults(cast.northwind.public_id) == [], f"seed {seed}"
    assert checks.check_books().faults == (), f"seed {seed}"
    strangers.agree(tmp_path)
    left = {
        account: amount for account, amount in standing().items() if not account[0].startswith(("asset:rail", "expense:rail_fee"))
    }
    assert left == {}, f"seed {seed}: only the fees that the rail keeps may stand"


def test_a_planted_fault_is_found(cast, at, monkeypatch):
    """A hold that forgets what the reserve keeps lets go of more than it has: the accounts say so."""
    monkeypatch.setattr(maturing, "reserve_left", lambda _body, _lines, *, gone_minor: {})
    history = BundleHistory(cast, at, 1)
    for _ in range(4):
        history.sell()
    assert faults(cast.northwind.public_id) == []
    history.now += 31 * DAY
    history.mature()
    assert any("held stands at -" in fault for fault in faults(cast.northwind.public_id))
