"""Working days: what a promise of three days means, and who may keep the days off."""

from datetime import UTC, date, datetime

import pytest

from coursehub.errors import NotAllowed
from coursehub.talent.operations import working_days as keeping
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.working_days import end_of_working_day, working_days_between
from tests.cast import sign_in


@pytest.mark.parametrize(
    ("asked", "days", "off", "due"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), 3, set(), datetime(2026, 3, 5, 16, tzinfo=UTC)),  # Monday: until Thursday's end
        (datetime(2026, 3, 6, 9, tzinfo=UTC), 1, set(), datetime(2026, 3, 9, 16, tzinfo=UTC)),  # over a weekend
        (datetime(2026, 3, 6, 9, tzinfo=UTC), 1, {date(2026, 3, 9)}, datetime(2026, 3, 10, 16, tzinfo=UTC)),
        (datetime(2026, 3, 2, 16, 30, tzinfo=UTC), 1, set(), datetime(2026, 3, 4, 16, tzinfo=UTC)),  # already Tuesday here
    ],
)
def test_a_promise_ends_with_a_working_day_of_the_platforms_zone(asked, days, off, due):
    assert end_of_working_day(asked, days, off) == due
    assert working_days_between(asked, asked, off) == 0


def test_staff_keep_the_days_off_and_clocks_leave_them_out(app, cast, client, at):
    before = due_after(at, 1)
    with pytest.raises(NotAllowed):
        keeping.add_day_off(date(2026, 3, 3), words="", by=cast.acting(cast.emma), at=at)
    with pytest.raises(keeping.NotAWeekday):
        keeping.add_day_off(date(2026, 3, 7), words="", by=cast.acting(cast.susi), at=at)
    sign_in(client, cast.susi)
    assert client.post("/house/working-days", data={"on": "2026-03-03", "words": "清明"}).status_code == 303
    assert due_after(at, 1) > before
    assert "清明" in client.get("/house/working-days").get_data(as_text=True)
    client.post("/house/working-days/removals", data={"on": "2026-03-03"})
    assert due_after(at, 1) == before
    assert client.post("/house/working-days", data={"on": "someday"}, follow_redirects=True).status_code == 200
