"""A party's statements: by year, one of them, the events behind a line, and the same as files."""

from datetime import datetime

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.contracts.instalments import part_words
from coursehub.contracts.prose import channel_name
from coursehub.ledger.accounts import PARTNER_OWES
from coursehub.payouts.queries.claims import claims_of
from coursehub.payouts.queries.contents import parts_of
from coursehub.payouts.views.showing import WHATS as CLAIMS
from coursehub.people.queries import name_of
from coursehub.statements import behind, bundle, checklist, exports, letterhead, policies, queries, reckoning, telling
from coursehub.statements.mix import explain
from coursehub.statements.models import Statement
from coursehub.statements.months import Month, month_at, months_between
from coursehub.statements.views import showing
from coursehub.web import current_locale, external_url, page, paginate, signed_in_actor
from coursehub.web.locale import read_day

Row = tuple[Month, str, Statement | None, reckoning.Totals]


def statements(party: str | None = None) -> ResponseReturnValue:
    """Every month since the first, by year, the latest first; the one that is not over as it stands so far."""
    organisation, at = showing.whose(party), clock.now()
    known = queries.statements_of(organisation.id)
    years: dict[int, list[Row]] = {}
    for currency in queries.currencies_of(organisation.public_id):
        first = queries.first_month(organisation.public_id, currency)
        for month in reversed(months_between(first, month_at(at))) if first else ():
            found = known.get((str(month), currency))
            data = found.body if found else queries.reckon(organisation, month, currency, at=at)
            years.setdefault(month.year, []).append((month, currency, found, reckoning.totals(data)))
    for rows in years.values():
        rows.sort(key=lambda row: (row[0], row[1]), reverse=True)
    return page(
        "statements/statements.html", organisation=organisation, name=name_of(organisation),
        years=sorted(years.items(), reverse=True), present=month_at(at),
    )  # fmt: skip


def statement(month: str, currency: str, party: str | None = None) -> ResponseReturnValue:
    """From opening to closing, line by line, with what proves it."""
    found = showing.shown(party, month, currency, clock.now())
    lines = telling.told_lines(found.data, current_locale())
    claims = claims_of(found.organisation.public_id, currency, through=found.data["journals"]["through"])
    return page(
        "statements/statement.html",
        claims=claims,
        claims_beside=-found.data["closing"].get(PARTNER_OWES, 0) - sum(claim.left_minor for claim in claims),
        claim_words=CLAIMS,
        ends=datetime.fromisoformat(found.data["ends"]),
        shown=found,
        data=found.data,
        totals=reckoning.totals(found.data),
        courses=telling.by_course(lines),
        references=telling.references_of(found.data),
        beside=telling.held_beside(found.data),
        adds_up=not reckoning.disagreements(found.data),
        closed=checklist.close_of(found.month),
        hash=found.issued.body_hash if found.issued else reckoning.hash_of(found.data),
        may_open_lines=policies.may_read_own(signed_in_actor()),
    )


def line(month: str, currency: str, n: int, party: str | None = None) -> ResponseReturnValue:
    """The sales or refunds behind one line; each opens to its clause, its facts, its arithmetic and its journal."""
    found = showing.shown(party, month, currency, clock.now())
    if n >= len(found.data["lines"]):
        abort(404)
    told = telling.told_lines(found.data, current_locale())[n]
    behind = queries.events_of_line(found.organisation.public_id, found.data, found.data["lines"][n])
    return page(
        "statements/line.html", part_words=part_words, shown=found, told=told, in_the_house=showing.in_the_house(),
        events=paginate(behind, request.args.get("page", 1, int), scalars=False),
    )  # fmt: skip


def move(month: str, currency: str, n: int, party: str | None = None) -> ResponseReturnValue:
    """The journals behind one move; each leads to the sale, the payout or the entry of the book that it is about."""
    found = showing.shown(party, month, currency, clock.now())
    if n >= len(found.data["moves"]):
        abort(404)
    told = found.data["moves"][n]
    asked = behind.journals_of_move(found.organisation.public_id, found.data, told)
    listed = paginate(asked, request.args.get("page", 1, int), scalars=False)
    parts = parts_of(listed.items)
    return page(
        "statements/move.html", shown=found, told=told, listed=listed, in_the_house=showing.in_the_house(),
        rows=[(part, telling.payout_named(row.effect_key)) for part, row in zip(parts, listed.items, strict=True)],
        titles=telling.titles_by_id([part.event.course_id for part in parts if part.event]),
    )  # fmt: skip


def held(month: str, currency: str, until: str, party: str | None = None) -> ResponseReturnValue:
    """The sales behind what is on hold until one day."""
    found, day = showing.shown(party, month, currency, clock.now()), read_day(until)
    whole = next((one for one in found.data["held"] if one["until"] == until), None)
    if day is None or whole is None:
        abort(404)
    of = found.organisation.public_id
    listed = paginate(behind.events_held_until(of, found.data, day), request.args.get("page", 1, int))
    return page(
        "statements/held.html", shown=found, until=day, whole=whole, listed=listed, in_the_house=showing.in_the_house(),
        amounts=behind.held_of(of, listed.items), titles=telling.titles_by_id([event.course_id for event in listed.items]),
    )  # fmt: skip


def mix(month: str, currency: str, party: str | None = None) -> ResponseReturnValue:
    """Why the income of this month differs from that of the month before: volume, mix of channels, rate."""
    found = showing.shown(party, month, currency, clock.now())
    of, locale = found.organisation.public_id, current_locale()
    before, after = (
        queries.sales_by_channel(of, currency, *queries.journals_of(each, found.at)) for each in (found.month.before, found.month)
    )
    change = explain(before, after)
    names = {one.channel: channel_name(one.channel, locale) for one in change.channels}
    return page(
        "statements/mix.html", shown=found, before=found.month.before, change=change, names=names, has_before=bool(before)
    )


def file(month: str, currency: str, form: str, party: str | None = None) -> ResponseReturnValue:
    """The same as a sheet, as a table, or as books in the words of another program."""
    found = showing.shown(party, month, currency, clock.now())
    if form == "pdf":
        content, kind = letterhead.printed(found.organisation, found.data, issued=found.issued, at=found.at), "application/pdf"
    elif form == "csv":
        content, kind = exports.as_csv(found.data, current_locale()).encode("utf-8-sig"), "text/csv; charset=utf-8"
    elif form == "zip":
        accounts = queries.accounts_of(found.organisation.public_id, found.currency)
        parts = bundle.bundle(found.data, {number: code for number, (code, _currency) in accounts.items()})
        content, kind = bundle.zipped(parts, days_url=external_url("statements_days.data")), "application/zip"
    else:
        content, kind = exports.as_beancount(found.data).encode(), "text/plain; charset=utf-8"
    answer = Response(content, content_type=kind)
    shown_as = "inline" if form == "pdf" else "attachment"
    answer.headers["Content-Disposition"] = f'{shown_as}; filename="{found.file_name}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
