"""The pages of passes: taken, opened, stopped and taken back; a month for the house and for the partner."""

from functools import partial

from coursehub.sales.passes import operations, queries
from coursehub.web import paginate
from tests.asked import statements
from tests.cast import sign_in


def test_a_pass_is_taken_opened_stopped_and_gone_on_with(app, story, cast):
    story.sandbox.tell("clock", reset=True)
    client = sign_in(app.test_client(), cast.ada)
    assert b"99.00" in client.get("/passes/all").data
    went = client.post("/passes/all/subscribe")
    mine = queries.going(cast.ada.id, story.on_offer.id)
    assert went.status_code == 303 and went.headers["Location"] == mine.session_url
    story.sandbox.tell(f"sessions/{mine.session_id}/pay")
    assert client.get(f"/subscriptions/{mine.public_id}/back").status_code == 303 and mine.state == "running"
    opened = client.post(f"/subscriptions/{mine.public_id}/courses/python")
    assert "/learn/" in opened.headers["Location"]
    client.post(f"/subscriptions/{mine.public_id}/stop")
    assert mine.stops_at_end
    client.post(f"/subscriptions/{mine.public_id}/go-on")
    assert not mine.stops_at_end and client.get(f"/subscriptions/{mine.public_id}").status_code == 200


def test_nobody_sees_the_pass_of_another(app, story, cast):
    mine = story.take(cast.ada)
    client = sign_in(app.test_client(), cast.bo)
    assert client.get(f"/subscriptions/{mine.public_id}").status_code == 404
    assert client.post(f"/subscriptions/{mine.public_id}/stop").status_code == 404


def test_a_month_is_contested_by_the_partner_answered_and_shared_by_finance(app, story, cast):
    ada = story.take(cast.ada)
    story.learn(ada, story.courses[0], 30)
    story.wait(31, ada)
    story.wait(30)
    month = story.draw_up("2026-04")
    use = queries.uses_in(month.id)[0]
    pia, fay = sign_in(app.test_client(), cast.pia), sign_in(app.test_client(), cast.fay)
    assert pia.get(f"/studio/passes/{month.public_id}").status_code == 200
    assert pia.post(f"/studio/passes/uses/{use.public_id}/contested", data={"reason": " "}).status_code == 422
    assert pia.post(f"/studio/passes/uses/{use.public_id}/contested", data={"reason": "少了"}).status_code == 303
    contest = queries.contests_in(month.id)[0]
    assert (
        fay.post(f"/house/pools/contests/{contest.public_id}/answered", data={"answer": "好", "minutes": "45"}).status_code == 303
    )
    assert queries.counting_minutes(month.id) == {(use.period_id, use.course_id): 45}
    page = fay.get(f"/house/pools/{month.public_id}").data.decode()
    assert queries.periods_in(month.id)[0].public_id in page and cast.ada.public_id not in page
    operations.share_month(month, by=cast.acting(cast.fay), at=month.drawn_up_at + operations.TIME_TO_CONTEST)
    assert fay.get(f"/house/pools/{month.public_id}").status_code == 200
    assert sign_in(app.test_client(), cast.eve).get(f"/studio/passes/{month.public_id}").status_code == 404


def test_a_month_with_many_periods_is_read_page_by_page_each_with_its_own_money(app, monkeypatch, story, cast):
    for views in ("months", "studio"):
        monkeypatch.setattr(f"coursehub.sales.passes.views.{views}.paginate", partial(paginate, per_page=1))
    taken = [story.take(person) for person in (cast.ada, cast.bo)]
    for mine in taken:
        story.learn(mine, story.courses[0], 20)
    story.wait(31, *taken)
    story.wait(30)
    month = story.draw_up("2026-04")
    first, second = queries.periods_in(month.id)
    for path, person in ((f"/house/pools/{month.public_id}", cast.fay), (f"/studio/passes/{month.public_id}", cast.pia)):
        reader = sign_in(app.test_client(), person)
        page, after = reader.get(path).text, reader.get(f"{path}?page=2").text
        assert first.public_id in page and second.public_id not in page and "page=2" in page
        assert second.public_id in after and first.public_id not in after
    with statements() as said:
        sign_in(app.test_client(), cast.fay).get(f"/house/pools/{month.public_id}")
    named = [one for one in said if "FROM release_text" in one]
    assert len(named) == len(story.courses), "each course is named once, however many used it"
    use = queries.uses_in(month.id)[1]
    asked = {"reason": "More"}
    answer = sign_in(app.test_client(), cast.pia).post(f"/studio/passes/uses/{use.public_id}/contested?page=2", data=asked)
    assert answer.location.endswith("?page=2")
