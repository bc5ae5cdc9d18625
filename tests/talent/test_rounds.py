"""Matching rounds: fixed rules, sealed lists, one seed nobody chose, no blocking pair, and a no that nobody hears of."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.people.models import Organisation
from coursehub.talent import personal
from coursehub.talent.machines import IllegalMove
from coursehub.talent.matching.certificates import verify
from coursehub.talent.matching.lists import ranks_from_texts, root_over, without_ties
from coursehub.talent.matching.sealing import digest_of, leads_to, leaf_of, seed_of
from coursehub.talent.models import (
    Application,
    MatchingAsked,
    MatchingEntry,
    MatchingList,
    MatchingResult,
    MatchingRound,
    Move,
    Offer,
    OfferVersion,
)
from coursehub.talent.operations import blocks, offers, openings, profiles, round_answers, round_lists, round_running, rounds
from coursehub.talent.queries import rounds as queries
from tests.talent.hiring import TERMS, opened

DAY = timedelta(days=1)
START = date(2026, 6, 1)


def timetable(at) -> rounds.Timetable:
    """Lists for ten days, three to rank, two weeks to accept; then the same in short."""
    return rounds.Timetable(*(at + days * DAY for days in (10, 13, 27, 32, 35, 49)))


def person(cast, at, who):
    """Somebody with a profile."""
    profiles.begin_profile(by=cast.acting(who), at=at)
    return cast.acting(who)


@pytest.fixture
def stage(cast, at):
    """A drafted round with one place at Harbour and one at Beacon, and three people who could take part."""

    class Stage:
        row = rounds.draft_round(title="Spring", rules="Be fair.", timetable=timetable(at), by=cast.acting(cast.cato), at=at)
        harbour = opened(cast, at)
        beacon = opened(cast, at, by=cast.acting(cast.emil), terms=openings.Terms(**(TERMS.__dict__ | {"title": "Analyst"})))
        ada, bo, theo = (person(cast, at, who) for who in (cast.ada, cast.bo, cast.theo))

        def announced(self):
            for opening, who in ((self.harbour, cast.emma), (self.beacon, cast.emil)):
                rounds.enter_seat(self.row, opening, places=1, start_on=START, by=cast.acting(who), at=at)
            rounds.announce_round(self.row, by=cast.acting(cast.cato), at=at)
            return self

        def write(self, who, *seats, when=DAY):
            return round_lists.write_list(self.row, {o.public_id: n for n, o in enumerate(seats, 1)}, by=who, at=at + when)

        def rank(self, opening, who, *people, when=11 * DAY, n=1):
            seat = db.session.execute(queries.own_seat(cast.acting(who), self.row, opening.public_id)).scalar_one()
            keys = [queries.entry_of(self.row, p.person_id).public_id for p in people]
            return round_lists.write_ranking(
                self.row, seat, {key: rank for rank, key in enumerate(keys, 1)}, by=cast.acting(who), at=at + when
            )

        def run(self):
            """Ada and Bo both want Harbour most, which likes Bo best; Beacon takes whoever is left, Ada before Theo."""
            self.announced()
            self.write(self.ada, self.harbour, self.beacon)
            self.write(self.bo, self.harbour)
            self.write(self.theo, self.beacon, self.harbour)
            self.rank(self.harbour, cast.emma, self.bo, self.ada, self.theo)
            self.rank(self.beacon, cast.emil, self.ada, self.theo)
            round_running.advance_rounds(at=at + 13 * DAY)
            return self

        def result(self, who, n=1):
            return queries.results_of(queries.entry_of(self.row, who.person_id))[n - 1]

    return Stage()


def test_rules_seats_and_times_stand_under_one_hash_from_the_announcement_on(stage, cast, at):
    stage.announced()
    document = stage.row.announced
    assert stage.row.rules_hash == digest_of(document)
    assert {seat["opening"] for seat in document["seats"]} == {stage.harbour.public_id, stage.beacon.public_id}
    assert document["commitments"] == [run.commitment for run in queries.runs_of(stage.row)]
    with pytest.raises(rounds.SeatsAreFixed):
        rounds.enter_seat(stage.row, stage.harbour, places=1, start_on=START, by=cast.acting(cast.emma), at=at)
    with pytest.raises(rounds.SeatsAreFixed):
        rounds.take_seat_back(stage.row, stage.harbour, by=cast.acting(cast.emma))


def test_a_round_needs_seats_dates_in_order_and_a_host(stage, cast, at):
    with pytest.raises(rounds.NoSeats):
        rounds.announce_round(stage.row, by=cast.acting(cast.cato), at=at)
    with pytest.raises(rounds.TimesOutOfOrder):
        rounds.draft_round(title="x", rules="", timetable=timetable(at - 11 * DAY), by=cast.acting(cast.cato), at=at)
    hasty = rounds.Timetable(*(at + days * DAY for days in (10, 13, 15, 32, 35, 49)))
    with pytest.raises(rounds.TimesOutOfOrder):
        rounds.draft_round(title="x", rules="", timetable=hasty, by=cast.acting(cast.cato), at=at)
    for who in (cast.emma, cast.susi, cast.ada):
        with pytest.raises(NotAllowed):
            rounds.draft_round(title="x", rules="", timetable=timetable(at), by=cast.acting(who), at=at)
    with pytest.raises(NotAllowed):
        rounds.enter_seat(stage.row, stage.harbour, places=1, start_on=START, by=cast.acting(cast.emil), at=at)
    with pytest.raises(rounds.NotOpenForSeats):
        rounds.enter_seat(stage.row, stage.harbour, places=2, start_on=START, by=cast.acting(cast.emma), at=at)
    with pytest.raises(rounds.StartsBeforeItEnds):
        rounds.enter_seat(stage.row, stage.harbour, places=1, start_on=date(2026, 3, 10), by=cast.acting(cast.emma), at=at)


def test_no_table_shows_an_order_before_the_run_and_only_its_writer_opens_a_list(stage, cast, at):
    stage.announced()
    stage.write(stage.ada, stage.beacon, stage.harbour)
    stage.write(stage.bo, stage.harbour, stage.beacon)
    rows = db.session.execute(sa.select(MatchingList)).scalars().all()
    for row in rows:
        assert stage.harbour.public_id not in row.sealed and stage.beacon.public_id not in row.sealed and len(row.seal) == 64
    asked = {(a.entry_id, a.opening_id) for a in db.session.execute(sa.select(MatchingAsked)).scalars()}
    assert len(asked) == 4  # who asked for which seat, and nothing of the order
    entry = queries.entry_of(stage.row, stage.ada.person_id)
    assert round_lists.own_list(stage.row, entry, 1, by=stage.ada)[0] == [stage.beacon.public_id, stage.harbour.public_id]
    for other in (stage.bo, cast.acting(cast.cato), cast.acting(cast.emma)):
        with pytest.raises(NotAllowed):
            round_lists.own_list(stage.row, entry, 1, by=other)


def test_employers_meet_those_who_asked_without_names_and_only_their_own(stage, cast, at):
    stage.announced()
    stage.write(stage.ada, stage.harbour)
    stage.write(stage.bo, stage.beacon)
    seat = db.session.execute(queries.own_seat(cast.acting(cast.emma), stage.row, stage.harbour.public_id)).scalar_one()
    assert [a.key for a in queries.people_asking(stage.row, 1, seat)] == [
        queries.entry_of(stage.row, stage.ada.person_id).public_id
    ]
    assert db.session.execute(queries.own_seat(cast.acting(cast.emil), stage.row, stage.harbour.public_id)).first() is None
    with pytest.raises(round_lists.UnknownPeople):
        stage.rank(stage.harbour, cast.emma, stage.bo)
    with pytest.raises(round_lists.NotTheTimeToRank):
        stage.rank(stage.harbour, cast.emma, stage.ada, when=2 * DAY)


def test_whoever_blocks_an_employer_neither_sees_its_seats_nor_is_seen_by_it(stage, cast, at):
    stage.announced()
    stage.write(stage.ada, stage.harbour, stage.beacon)
    blocks.block_organisation(db.session.get_one(Organisation, cast.harbour.id), by=stage.ada, at=at + DAY)
    assert [s.opening.id for s in queries.seats_of(stage.row, reader=stage.ada)] == [stage.beacon.id]
    seat = db.session.execute(queries.own_seat(cast.acting(cast.emma), stage.row, stage.harbour.public_id)).scalar_one()
    assert queries.people_asking(stage.row, 1, seat) == []
    with pytest.raises(round_lists.YouBlockThem):
        stage.write(stage.ada, stage.harbour)


def test_a_block_that_comes_after_the_ranking_still_keeps_them_apart(stage, cast, at):
    stage.announced()
    stage.write(stage.ada, stage.harbour)
    stage.rank(stage.harbour, cast.emma, stage.ada)
    blocks.block_organisation(db.session.get_one(Organisation, cast.harbour.id), by=stage.ada, at=at + 12 * DAY)
    round_running.advance_rounds(at=at + 13 * DAY)
    assert stage.result(stage.ada).state == "unmatched"


def test_a_list_is_ranked_from_one_without_gaps_and_only_in_its_time(stage, at):
    stage.announced()
    for positions in ({stage.harbour.public_id: 2}, {stage.harbour.public_id: 1, stage.beacon.public_id: 1}, {"nothing": 1}):
        with pytest.raises(round_lists.OddPlaces):
            round_lists.write_list(stage.row, positions, by=stage.ada, at=at + DAY)
    with pytest.raises(round_lists.NothingRanked):
        round_lists.write_list(stage.row, {}, by=stage.ada, at=at + DAY)
    with pytest.raises(round_lists.NotTheTimeForLists):
        stage.write(stage.ada, stage.harbour, when=11 * DAY)


def test_the_result_has_no_blocking_pair_on_the_rounds_own_data(stage):
    stage.run()
    assert stage.result(stage.bo).opening_id == stage.harbour.id
    assert stage.result(stage.ada).opening_id == stage.beacon.id
    assert stage.result(stage.theo).state == "unmatched"
    lists = {
        row.entry_id or -row.opening_id: round_lists.opened(stage.row, row)[0]
        for row in db.session.execute(sa.select(MatchingList)).scalars()
    }
    run = queries.runs_of(stage.row)[0]
    got = {r.entry_id: r.opening_id for r in db.session.execute(sa.select(MatchingResult)).scalars()}
    keys = {e.id: e.public_id for e in db.session.execute(sa.select(MatchingEntry)).scalars()}
    for entry_id, wishes in ((i, w) for i, w in lists.items() if i > 0):
        for wish in wishes:
            opening = next(o for o in (stage.harbour, stage.beacon) if o.public_id == wish)
            if opening.id == got[entry_id]:
                break
            order = without_ties(ranks_from_texts(lists[-opening.id]), run.seed, wish)
            holder = next(keys[e] for e, o in got.items() if o == opening.id)
            assert keys[entry_id] not in order or order.index(holder) < order.index(keys[entry_id])


def test_everybody_can_check_the_seed_their_seal_and_their_certificate(stage):
    stage.run()
    run = queries.runs_of(stage.row)[0]
    assert rounds.commitment_to(run.number) == run.commitment == stage.row.announced["commitments"][0]
    assert run.seed == seed_of(run.number, run.seals_root)
    assert run.seals_root == root_over([row.seal for row in db.session.execute(sa.select(MatchingList)).scalars()])
    for who, above in ((stage.ada, [stage.harbour]), (stage.bo, []), (stage.theo, [stage.beacon, stage.harbour])):
        result, entry = stage.result(who), queries.entry_of(stage.row, who.person_id)
        wishes, salt = round_lists.own_list(stage.row, entry, 1, by=who)
        document = result.certificate
        assert verify(document, wishes=wishes, salt=salt, root=run.certificates_root) == [o.public_id for o in above]
        assert leads_to(leaf_of(document["seal"]), document["seal_way"], run.seals_root)
        assert document["run"] == round_running.name_of_run(stage.row, 1)


@pytest.mark.parametrize("fault", ["seal", "text", "lost"])
def test_a_list_that_was_changed_after_sealing_stops_the_run(stage, cast, at, fault):
    stage.announced()
    sealed = stage.write(stage.ada, stage.harbour, stage.beacon)
    other = stage.write(stage.bo, stage.beacon, stage.harbour)
    round_running.seal_round(stage.row, at=at + 13 * DAY)
    with transaction():
        if fault == "seal":
            sealed.seal = other.seal[::-1]
        elif fault == "text":
            sealed.sealed = other.sealed
        else:
            db.session.delete(other)
    with pytest.raises(round_running.SealsBroken):
        round_running.run_round(stage.row, at=at + 13 * DAY)
    db.session.rollback()
    assert db.session.get_one(MatchingRound, stage.row.id).state == "sealed"
    assert queries.runs_of(stage.row)[0].number == ""


def test_yes_brings_an_application_with_the_promised_offer_and_the_person_still_chooses(stage, cast, at):
    stage.run()
    application = round_answers.accept_match(
        stage.row, stage.result(stage.bo), fields=["display_name"], by=stage.bo, at=at + 14 * DAY
    )
    assert (application.state, application.opening_id) == ("screen", stage.harbour.id)
    offer = db.session.execute(sa.select(Offer)).scalar_one()
    said = db.session.execute(sa.select(OfferVersion)).scalar_one()
    assert (offer.state, said.pay_minor, said.start_on) == ("draft", stage.harbour.pay_minor, START)
    emma = cast.acting(cast.emma)
    offers.approve_offer(offer, by=emma, at=at + 14 * DAY)
    offers.extend_offer(offer, decide_by_at=at + 30 * DAY, by=emma, at=at + 14 * DAY)
    offers.decline_offer(offer, reason="", by=stage.bo, at=at + 15 * DAY)
    assert offer.state == "declined"


def test_a_no_leaves_no_trace_that_an_employer_could_see(stage, cast, at):
    stage.run()
    round_answers.decline_match(stage.row, stage.result(stage.bo), by=stage.bo, at=at + 14 * DAY)
    assert queries.accepted_at_seats(stage.row, [stage.harbour.id, stage.beacon.id]) == {}
    assert db.session.execute(sa.select(Application)).first() is None
    with pytest.raises(IllegalMove):
        round_answers.accept_match(stage.row, stage.result(stage.bo), fields=["display_name"], by=stage.bo, at=at + 15 * DAY)
    with pytest.raises(NotAllowed):
        round_answers.decline_match(stage.row, stage.result(stage.ada), by=stage.bo, at=at + 15 * DAY)


def test_the_second_run_is_over_what_is_left(stage, cast, at):
    stage.run()
    round_answers.accept_match(stage.row, stage.result(stage.bo), fields=["display_name"], by=stage.bo, at=at + 14 * DAY)
    round_running.advance_rounds(at=at + 27 * DAY)
    assert stage.row.state == "second" and stage.result(stage.ada).state == "lapsed"
    assert {s.opening.id: s.left for s in queries.seats_of(stage.row)} == {stage.harbour.id: 0, stage.beacon.id: 1}
    with pytest.raises(round_lists.AlreadyPlaced):
        stage.write(stage.bo, stage.beacon, when=28 * DAY)
    with pytest.raises(round_lists.OddPlaces):
        stage.write(stage.theo, stage.harbour, when=28 * DAY)
    stage.write(stage.theo, stage.beacon, when=28 * DAY)
    stage.rank(stage.beacon, cast.emil, stage.theo, when=33 * DAY)
    round_running.advance_rounds(at=at + 35 * DAY)
    assert stage.result(stage.theo, 2).opening_id == stage.beacon.id
    second = queries.runs_of(stage.row)[1]
    assert rounds.commitment_to(second.number) == stage.row.announced["commitments"][1] and second.seed
    round_running.advance_rounds(at=at + 49 * DAY)
    assert stage.row.state == "closed" and stage.result(stage.theo, 2).state == "lapsed"


def test_lists_are_deleted_when_the_time_for_an_audit_is_over_and_certificates_stay(stage, at):
    stage.run()
    round_running.advance_rounds(at=at + 50 * DAY)  # second run with no list, and to its end
    round_running.advance_rounds(at=at + 50 * DAY)
    assert stage.row.state == "closed"
    assert round_running.delete_old_lists(at=at + 79 * DAY) == 0
    assert round_running.delete_old_lists(at=at + 80 * DAY) == 1
    assert {row.sealed for row in db.session.execute(sa.select(MatchingList)).scalars()} == {""}
    assert db.session.execute(sa.select(MatchingAsked)).first() is None
    entry = queries.entry_of(stage.row, stage.ada.person_id)
    assert round_lists.own_list(stage.row, entry, 1, by=stage.ada) is None
    assert stage.result(stage.ada).certificate["seal"]


def test_cancelling_deletes_the_lists_at_once_and_a_run_round_cannot_be_cancelled(stage, cast, at):
    stage.announced()
    stage.write(stage.ada, stage.harbour)
    rounds.cancel_round(stage.row, reason="Too few seats.", by=cast.acting(cast.cato), at=at + 2 * DAY)
    assert {row.sealed for row in db.session.execute(sa.select(MatchingList)).scalars()} == {""}
    with pytest.raises(IllegalMove):
        rounds.cancel_round(stage.row, reason="", by=cast.acting(cast.cato), at=at + 3 * DAY)


def test_leaving_before_the_seal_takes_the_list_along(stage, at):
    stage.announced()
    stage.write(stage.ada, stage.harbour)
    round_lists.leave_round(stage.row, by=stage.ada, at=at + 2 * DAY)
    assert db.session.execute(sa.select(MatchingList)).first() is None
    stage.write(stage.ada, stage.beacon, when=3 * DAY)
    assert queries.entry_of(stage.row, stage.ada.person_id) is not None


def test_a_forgotten_person_is_out_of_the_run_while_the_root_still_holds(stage, cast, at):
    stage.announced()
    stage.write(stage.ada, stage.harbour)
    stage.write(stage.bo, stage.harbour)
    stage.rank(stage.harbour, cast.emma, stage.ada, stage.bo)
    round_running.seal_round(stage.row, at=at + 13 * DAY)
    with transaction():
        personal.erase(stage.ada.person_id, at + 13 * DAY)
    round_running.run_round(stage.row, at=at + 13 * DAY)
    assert stage.result(stage.bo).opening_id == stage.harbour.id
    assert queries.entry_of(stage.row, stage.ada.person_id) is None


def test_every_state_of_a_round_follows_from_its_moves(stage, at):
    stage.run()
    moves = db.session.execute(sa.select(Move.move).where(Move.machine == "round").order_by(Move.n)).scalars().all()
    assert moves == ["begin", "announce", "seal", "run", "open_acceptance"]
