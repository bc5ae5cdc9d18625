#!/usr/bin/env python3
"""Checks a statement of coursehub without coursehub: one file, Python 3.9 or newer, nothing to install, no network.

    python3 check_statement.py                        the folder that this file lies in
    python3 check_statement.py 2026-09.zip 2026-10.zip   several months: each begins where the one before ended, and tells
                                                      every event as that one did
    python3 check_statement.py K-0001-evidence.json      the record of a negotiation; with months beside it, these are held
                                                      against it: from when until when terms held
    (add --zh for sentences in Chinese)

It computes again: the hash of the statement; the hashes of the signed terms; every line of every sale, placement,
week of hours and refund from terms and facts; your legs in every journal; the totals; and for each journal the way
to the root of its day. Of contracts with clauses over many sales (volume, ceilings, costs that come back, guarantees)
it reads every event since the first: it counts anew where each counter stood before each sale, and works out every
true-up and every guarantee of the month, also those that should have been booked and were not. What you paid back by
bank transfer must have come in at the bank and stay within what you owed.

What it cannot know: whether the house left something out of the book altogether; the opening balance of the first
month that it is given; the facts themselves, as what was paid, how it came, who wrote what, and what fell to a course
of a pass, of a placement or of hours; and, without the record of their negotiation, from when until when terms held
that name no days themselves. What went back of a fee is held against what was given. Statements of before the form /3
say of counters, true-ups and guarantees no more than what was booked.
Compare the statement's hash with the one in your letter, and the roots of the days with those that everybody is shown.
"""

import base64
import hashlib
import json
import sys
import zipfile
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

PARTS = ("statement", "terms", "events", "history", "journals", "days")
ZONES = {"Asia/Shanghai": timedelta(hours=8)}
FORMS = ("coursehub-statement/1", "coursehub-statement/2", "coursehub-statement/3")
GIVES, TAKES, CLOSES = ("sale", "hire", "hour", "period"), ("refund", "dispute", "reinstated"), ("true_up", "guarantee")
KINDS = (*GIVES, *TAKES, *CLOSES, "rebate", "reshared")
SLACK = timedelta(hours=1)  # clocks of payment providers are not ours


class Report:
    """What was found, in English and in Chinese."""

    def __init__(self, chinese=False):
        self.chinese, self.faults, self.notes = chinese, [], []

    def _say(self, english, chinese, values):
        return (chinese if self.chinese else english).format(**values)

    def wrong(self, english, chinese, **values):
        """Something does not hold."""
        self.faults.append(self._say(english, chinese, values))

    def note(self, english, chinese, **values):
        """Something was checked, or cannot be."""
        self.notes.append(self._say(english, chinese, values))


def canonical(data):
    """The one byte form of JSON data (RFC 8785, for plain keys and whole numbers)."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data):
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(data)).hexdigest()


# The waterfall, written a second time.


def tax_within(gross, bps):
    """The tax inside a price, rounded half up."""
    whole = 10_000 + bps
    return (2 * gross * bps + whole) // (2 * whole)


def house_of(terms):
    """The side that runs the platform."""
    return next(party["id"] for party in terms["parties"] if party["side"] == "house")


def share(terms, facts, contribution):
    """Every line of a sale as (role, party, amount, clause)."""
    fee, bearers = facts.get("fee_minor", 0), bearers_of(terms, facts)
    tax, covered, discount, pot = pot_of(terms, facts)
    lines = [("tax", None, tax, "/base"), ("rail_fee", None, fee, "/base")]
    leaves, left = [], left_of(terms, pot)
    for n, (fixed, part) in enumerate(zip(terms["fixed"], fixed_of(terms, pot))):
        leaves.append((fixed["party"], f"/fixed/{n}", Fraction(part)))
    rate, path = rate_of(terms, facts)
    platform = min(rated(rate, facts, left), *ceilings(terms, rate, facts, left))
    leaves.append((terms["rates"]["party"], path, platform))
    rest = left - platform
    for n, cost in enumerate(terms.get("recoup", ())):
        still = max(0, cost["amount_minor"] - facts.get("counted", {}).get("recouped:" + cost["id"], 0))
        back = min(rest * cost["share_bps"] / 10_000, Fraction(still))
        if back:
            leaves.append((cost["party"], f"/recoup/{n}", back))
            rest -= back
    leaves += branch(terms["split"], contribution, rest, "/split", facts.get("moment", ""))
    lines += [("share", party, amount, path) for (party, path, _), amount in zip(leaves, rounded(leaves, pot))]
    if discount:
        got, clause = shares(lines), next(iter(bearers.values()))
        own = {party: got.get(party, 0) for party in bearers}
        borne = min(discount, sum(own.values()))
        takes = in_proportion(borne, own)
        takes.update(in_proportion(discount - borne, {party: part for party, part in got.items() if party not in bearers}))
        lines += [("discount", party, -amount, bearers.get(party, clause)) for party, amount in takes.items() if amount]
    if fee > covered:
        lines.append(("fee_cost", house_of(terms), covered - fee, "/base"))
    return lines


def pot_of(terms, facts):
    """Of a sale its tax, what it loses of the fee, the discount that one side bears, and what is shared."""
    gross, bps, fee = facts["gross_minor"], facts.get("tax_bps", 0), facts.get("fee_minor", 0)
    tax = tax_within(gross, bps)
    net = gross - tax
    covered = min(fee, net) if "rail_fee" in terms["base"]["deduct"] else 0
    before = gross + facts.get("discount_minor", 0)
    discount = before - tax_within(before, bps) - net if bearers_of(terms, facts) else 0
    return tax, covered, discount, net - covered + discount


def fixed_of(terms, pot):
    """What each fixed amount gets, as far as the pot reaches."""
    parts, left = [], pot
    for fixed in terms["fixed"]:
        parts.append(min(fixed["amount_minor"], left))
        left -= parts[-1]
    return parts


def left_of(terms, pot):
    """What the platform's rate is taken of, and what counts as volume."""
    return pot - sum(fixed_of(terms, pot))


def bearers_of(terms, facts):
    """Who bears a discount instead of everybody, each with the clause: whose campaign it is, who joined it, else the rest."""
    if not facts.get("discount_minor"):
        return {}
    joined = {}
    for n, choice in enumerate(terms["discount"]["opted_in"]):
        if facts["gross_minor"] >= choice["floor_price_minor"]:
            if choice["party"] == facts.get("discount_borne_by"):
                return {choice["party"]: f"/discount/opted_in/{n}"}
            if choice.get("campaigns") == "joined" and choice["party"] in facts.get("joined", ()):
                joined[choice["party"]] = f"/discount/opted_in/{n}"
    rest = terms["discount"]["rest"].get("party")
    return joined or ({rest: "/discount/rest"} if rest else {})


def in_proportion(amount, weights):
    """An amount by weights, in whole units: the largest remainders first, ties in their order; nothing of nothing."""
    whole = sum(weights.values())
    exact = [(party, "", Fraction(amount * weight, whole)) for party, weight in weights.items()] if amount else []
    return {party: part for (party, _, _), part in zip(exact, rounded(exact, amount))}


def rate_of(terms, facts):
    """The rate of the channel, and its clause."""
    channel = facts.get("channel", "platform")
    if channel != "partner_link" or facts.get("attributed") in {party["id"] for party in terms["parties"]}:
        for n, rate in enumerate(terms["rates"]["channels"]):
            if rate["channel"] == channel:
                return rate, f"/rates/channels/{n}"
    return terms["rates"]["rest"], "/rates/rest"


def window_of(window, text):
    """The month or year in Beijing in which a moment lies, or "all"."""
    day = moment(text) + ZONES["Asia/Shanghai"] if window != "contract" else None
    return "all" if day is None else f"{day:%Y-%m}" if window == "month" else f"{day:%Y}"


def rated(rate, facts, left):
    """The platform's part before any ceiling: by volume, by date, or one percentage."""
    ladder, bps = rate.get("ladder"), rate["share_bps"]
    if ladder:
        volume = max(0, facts["counted"].get("volume:" + window_of(ladder["window"], facts["moment"]), 0))
        steps = [(0, bps), *((rung["above_minor"], rung["share_bps"]) for rung in ladder["rungs"])]
        if ladder["kind"] == "slab":
            return Fraction(left) * [share_bps for above, share_bps in steps if above <= volume][-1] / 10_000
        tops = [above for above, _ in steps[1:]] + [volume + left]
        parts = [max(0, min(volume + left, top) - max(volume, above)) for (above, _), top in zip(steps, tops)]
        return sum((Fraction(part) * share_bps / 10_000 for part, (_, share_bps) in zip(parts, steps)), Fraction(0))
    for later in rate.get("later", ()):
        if later["begins"] <= facts["moment"]:
            bps = later["share_bps"]
    return Fraction(left) * bps / 10_000


def ceilings(terms, rate, facts, left):
    """What the platform may get at most: per sale, and of what is left of a window."""
    found = [Fraction(left)]
    if rate["cap_minor"] is not None:
        found.append(Fraction(rate["cap_minor"]))
    ceiling = terms["rates"].get("ceiling")
    if ceiling:
        counted = facts["counted"].get("platform:" + window_of(ceiling["window"], facts["moment"]), 0)
        found.append(Fraction(max(0, ceiling["amount_minor"] - counted)))
    return found


def branch(node, contribution, amount, path, at):
    """Who gets what of an exact amount by one node of the division; `at`: the moment as terms write it."""
    if node["kind"] == "pay":
        return [(node["party"], path, amount)]
    found = []
    if node["kind"] == "shares":
        rest = 10_000
        for n, item in enumerate(node["items"]):
            rest -= item["share_bps"]
            found += branch(item["then"], contribution, amount * item["share_bps"] / 10_000, f"{path}/items/{n}/then", at)
        return found + (branch(node["rest"], contribution, amount * rest / 10_000, f"{path}/rest", at) if rest else [])
    if node["kind"] == "by_date":
        for n, step in enumerate(node["steps"]):
            if at < step["ends"]:
                return branch(step["then"], contribution, amount, f"{path}/steps/{n}/then", at)
        return branch(node["rest"], contribution, amount, f"{path}/rest", at)
    known = contribution.get("module_weights" if node["kind"] == "by_modules" else "approved_minutes", {})
    weights = [known.get(party, 0) for party in node["parties"]]
    if not sum(weights):
        return branch(node["rest"], contribution, amount, f"{path}/rest", at)
    for n, (party, weight) in enumerate(zip(node["parties"], weights)):
        if weight:
            found.append((party, f"{path}/parties/{n}", amount * weight / sum(weights)))
    return found


def rounded(leaves, whole):
    """Whole units that add up, largest remainders first, ties by order."""
    floors = [exact.__floor__() for _, _, exact in leaves]
    order = sorted(range(len(leaves)), key=lambda n: floors[n] - leaves[n][2])
    for n in order[: whole - sum(floors)]:
        floors[n] += 1
    return floors


def shares(lines):
    """What each party gets, in order of appearance."""
    got = {}
    for role, party, amount, _ in lines:
        if role in ("share", "discount"):
            got[party] = got.get(party, 0) + amount
    return got


def webster(legs, back):
    """How much of each leg has gone back once `back` of all has: Webster's rule, ties by order."""
    whole = sum(legs)
    found = [(2 * leg * back + whole) // (2 * whole) if whole else 0 for leg in legs]
    while sum(found) < back:
        found[max(range(len(legs)), key=lambda n: (Fraction(legs[n], 2 * found[n] + 1), -n))] += 1
    while sum(found) > back:
        taken = [n for n in range(len(legs)) if found[n]]
        found[min(taken, key=lambda n: (Fraction(legs[n], 2 * found[n] - 1), -n))] -= 1
    return found


def legs_of(sold):
    """The legs of a sale over which it goes back, as (role, party) -> amount."""
    legs = {("tax", None): sum(line[2] for line in sold if line[0] == "tax")}
    legs.update({("share", party): amount for party, amount in shares(sold).items()})
    legs["fee_cost", None] = sum(line[2] for line in sold if line[0] in ("rail_fee", "fee_cost"))
    return legs


def gone_of(taken):
    """What lines of refunds, disputes and returns took of each leg of their sale."""
    gone = {}
    for role, party, amount, _ in taken:
        leg = (role, None if role == "fee_cost" else party)
        gone[leg] = gone.get(leg, 0) - amount
    return gone


def share_back(terms, sold, gone, amount):
    """Every line of what goes back now, or comes again (negative): each leg goes from what is gone of it to its target,
    none the other way; the fee stays with whom the terms name."""
    legs, sign = legs_of(sold), 1 if amount > 0 else -1
    booked = [gone.get(leg, 0) for leg in legs]
    target = webster(list(legs.values()), sum(booked) + amount)
    ways = [max(0, sign * (due - was)) for was, due in zip(booked, target)]
    lines = []
    for (role, party), units in zip(legs, webster(ways, abs(amount))):
        if role == "fee_cost":
            lines.append((role, terms["refund_fee"]["bearer"], -sign * units, "/refund_fee"))
        else:
            lines.append((role, party, -sign * units, "/clawback"))
    return lines


def share_refund(terms, sold, before, amount):
    """Every line of a refund over the legs of its sale, of which so much is gone as refunds alone leave it."""
    legs = legs_of(sold)
    return share_back(terms, sold, dict(zip(legs, webster(list(legs.values()), before))), amount)


def due_back(terms, sold, earlier, event, booked):
    """What a refund, a dispute or a return must say: what the rule gives or, in books of before the rule, what was said then.

    earlier: kind and lines of what went and came again before it. Until the rule a return undid the very lines of its
    dispute, and what went back later took no notice of that; where nothing went back in between, all ways are one.
    """
    amount, before = event["facts"]["amount_minor"], -sum(line[2] for _, lines in earlier for line in lines)
    ways = [share_back(terms, sold, gone_of(line for _, lines in earlier for line in lines), amount)]
    if event["kind"] == "reinstated":
        undone = [[(*line[:2], -line[2], line[3]) for line in lines] for kind, lines in earlier if kind == "dispute"]
        ways += [lines for lines in undone if sum(line[2] for line in lines) == -amount]
    else:
        ways.append(share_refund(terms, sold, before, amount))
    return booked if booked in ways else ways[0]


# Counters, true-ups and guarantees: what terms say about many sales, from every event of their contract.


def said_at(event):
    """The moment of an event as terms write it."""
    return moment(event["occurred_at"]).strftime("%Y-%m-%dT%H:%M:%SZ")


def lines_of(event):
    """The lines of an event as (role, party, amount, clause)."""
    return [(line["role"], line["party"], line["amount_minor"], line["path"]) for line in event["lines"]]


def facts_of(event, counters, said=None):
    """What an event is shared by: its facts, how it came as it was said last, where counters stood, when it was."""
    anew = {"channel": "platform", "attributed": None, **said} if said else {}
    return {**event["facts"], **anew, "counted": counters, "moment": said_at(event)}


def counters_of(terms, at):
    """The names of the counters that a sale at this moment reads and moves."""
    ladder, ceiling = terms["rates"]["rest"].get("ladder"), terms["rates"].get("ceiling")
    found = ["volume:" + window_of(ladder["window"], at)] if ladder else []
    found += ["platform:" + window_of(ceiling["window"], at)] if ceiling else []
    return found + ["recouped:" + cost["id"] for cost in terms.get("recoup", ())]


def counted_by(terms, facts, lines):
    """How far the lines of a sale move each counter."""
    moved = {}
    for name in counters_of(terms, facts["moment"]):
        counts, _, what = name.partition(":")
        if counts == "volume":
            moved[name] = left_of(terms, pot_of(terms, facts)[3])
        elif counts == "platform":
            moved[name] = sum(amount for _, _, amount, path in lines if path.startswith("/rates/"))
        else:
            paths = [f"/recoup/{n}" for n, cost in enumerate(terms["recoup"]) if cost["id"] == what]
            moved[name] = sum(amount for _, _, amount, path in lines if path in paths)
    return {name: amount for name, amount in moved.items() if amount}


def counted_back(moved, gross, before, amount):
    """How far a part that goes back of a sale moves its counters back, once so much has gone before."""
    steps = {name: by * (before + amount) // gross - by * before // gross for name, by in moved.items()}
    return {name: step for name, step in steps.items() if step}


def replayed(events, terms):
    """What each party gets by month, and where the counters end, when all is taken by its moment and then by its effect.

    What a bank took and gave back moves no counter: the sale was one all along. What takes something back comes after what
    it takes it from; what goes back of one sale in one moment is one step.
    """
    known, said, passing, steps = {event["id"]: event for event in events}, {}, set(), {}
    for event in sorted(events, key=lambda one: one["n"]):
        if event["kind"] == "reshared":
            said[event["reverses"]] = event
        elif event["kind"] == "reinstated":
            passing.update((event["facts"]["taken"], event["effect"]))
    for event in sorted(events, key=lambda one: one["effect"]):
        if event["kind"] not in ("reshared", *CLOSES):
            of = known[event["reverses"]] if event["reverses"] else None
            place = max(said_at(event), said_at(of) if of else "")
            key = (of["id"], place) if event["kind"] in TAKES else event["id"]
            first, amount, passes = steps.get(key, ((place, bool(of), event["effect"], event), 0, 0))
            amount -= event["amount_minor"]
            steps[key] = (first, amount, passes - (event["amount_minor"] if event["effect"] in passing else 0))
    got, counters, sold, gone, passed = {}, {}, {}, {}, {}
    for (_, _, _, event), amount, passes in sorted(steps.values(), key=lambda step: step[0][:3]):
        if event["kind"] in GIVES:
            body, anew = terms[event["terms_hash"]]["terms"], said.get(event["id"], event)
            facts = facts_of(event, counters, None if anew is event else anew["facts"])
            lines = share(body, facts, anew["contribution"] or event["contribution"])
            moved = counted_by(body, facts, lines)
            sold[event["id"]] = (body, facts["gross_minor"], lines, moved)
            gives = shares(lines)
        else:
            of = known[event["reverses"]]
            body, gross, lines, were = sold[of["id"]]
            before, sign = gone.get(of["id"], 0), 1 if amount > 0 else -1
            gone[of["id"]] = before + amount
            if event["kind"] == "rebate" and shares(lines_of(of)) == shares(lines):
                gives = shares(lines_of(event))  # it ran over legs of others as well
            else:
                back = share_refund(body, lines, min(before, before + amount), abs(amount))
                gives = {party: sign * part for party, part in shares(back).items()}
            stays = before - passed.get(of["id"], 0)
            passed[of["id"]] = passed.get(of["id"], 0) + passes
            moved = {name: -step for name, step in counted_back(were, gross, stays, amount - passes).items()}
        for name, step in moved.items():
            counters[name] = counters.get(name, 0) + step
        for party, part in gives.items():
            place = (window_of("month", said_at(event)), party)
            got[place] = got.get(place, 0) + part
    return got, counters


class Contract:
    """One contract from its first event on, as far as one statement knows it."""

    def __init__(self, told, events, terms):
        self.name, self.terms, self.counters = told["reference"], terms, told["counters"]
        self.held = [(one["hash"], moment(one["from"]), self.until(one)) for one in told["terms"]]
        hashes = {one["hash"] for one in told["terms"]}
        self.events = [event for event in events if event["terms_hash"] in hashes]
        self._right = {}

    def until(self, told):
        """When terms ended, at the latest after the last day that was signed; None: not yet, and no day was named."""
        ends = [moment(each) for each in (told["until"], self.terms[told["hash"]]["terms"].get("ends")) if each]
        return min(ends, default=None)

    def right(self, events):
        """The replay of these events, worked out once."""
        plain = [event for event in events if event["kind"] not in CLOSES]
        key = (len(plain), plain[-1]["id"] if plain else "")
        if key not in self._right:
            self._right[key] = replayed(plain, self.terms)
        return self._right[key]

    def true_up(self, events):
        """What each party is still due once these events are taken in their right order; the house what others are not."""
        due = {}
        for (_, party), amount in self.right(events)[0].items():
            due[party] = due.get(party, 0) + amount
        for event in events:
            if event["kind"] != "guarantee":
                for party, amount in shares(lines_of(event)).items():
                    due[party] = due.get(party, 0) - amount
        if events:
            last = max(events, key=lambda one: (moment(one["occurred_at"]), one["effect"]))
            house = house_of(self.terms[last["terms_hash"]]["terms"])
            due[house] = -sum(amount for party, amount in due.items() if party != house)
        return {party: amount for party, amount in due.items() if amount}

    def promises(self, through):
        """Every window that is over with the month `through`: its terms, the place of the guarantee, and the guarantee."""
        first, found = min(begins for _, begins, _ in self.held), []
        month = window_of("month", first.isoformat())
        while month <= through:
            year, number = int(month[:4]), int(month[5:])
            after = f"{year + number // 12:04d}-{number % 12 + 1:02d}"
            last = moment(f"{after}-01T00:00:00Z") - ZONES["Asia/Shanghai"] - timedelta(seconds=1)
            standing = [name for name, begins, until in self.held if begins <= last and (until is None or until > last)]
            for name in standing[-1:]:
                for n, promise in enumerate(self.terms[name]["terms"].get("guarantees", ())):
                    if promise["window"] == "month" or number == 12:
                        found.append((month if promise["window"] == "month" else month[:4], name, n, promise))
            month = after
        return found

    def owed(self, events, window, promise):
        """What is missing to a guarantee by these events, at most its limit, less what stands booked for the window."""
        party, most = promise["party"], promise["cap_minor"]
        got = self.right(events)[0].items()
        earned = sum(amount for (month, who), amount in got if who == party and month.startswith(window))
        missing = max(0, promise["amount_minor"] - earned)
        booked = [one for one in events if one["kind"] == "guarantee" and one["effect"].split(":")[2:4] == [party, window]]
        return (missing if most is None else min(missing, most)) - sum(one["amount_minor"] for one in booked)

    def open_at(self, events, through):
        """What a close would still book of these events, as (party, window of a guarantee or "", amount)."""
        found = [(party, "", amount) for party, amount in self.true_up(events).items()]
        for window, _, _, promise in self.promises(through):
            if amount := self.owed(events, window, promise):
                found.append((promise["party"], window, amount))
        return found


# The checks.


def check_contracts(report, statement, parts):
    """Contracts with clauses over many sales, from their first event on. All events in the order of the book, each with
    where the counters of its contract stood before it; and which of them are closes that were worked out again."""
    own, after = {event["id"] for event in parts["events"]}, statement["journals"]["after"]
    every = parts["events"] + [event for told in parts["history"] for event in told["events"] if event["id"] not in own]
    every.sort(key=lambda event: event["n"])
    bound = {"count": len(parts["history"]), "hash": digest(parts["history"])} if statement["events"] else None
    if statement["history"] != bound:
        report.wrong(
            "The histories of contracts are not those over which the statement was issued.",
            "合约的历史不是出具对账单时的那些。",
        )
    check_histories(report, parts)
    contents, counted, closes = {one["id"]: one["content"] for one in parts["journals"]}, {}, set()
    for told in parts["history"]:
        contract = Contract(told, every, parts["terms"])
        check_dates(report, contract, moment(statement["ends"]))
        counted.update(check_counters(report, contract, told["contract"], contents))
        for place, event in enumerate(contract.events):
            if event["kind"] in CLOSES:
                closes.add(event["id"])
                if event["journal"] > after:
                    check_close(report, contract, event, contract.events[:place])
        if statement["events"]:  # issued: the month is over
            check_closed(report, contract, statement)
        report.note(
            "{contract}: counters, true-ups and guarantees worked out again from all {n} events since its first.",
            "{contract}：由其全部{n}笔业务重算了计数、补差与保底。",
            contract=contract.name,
            n=len(contract.events),
        )
    told = [{**one, "facts": {**one["facts"], "counted": counted[one["id"]]}} if one["id"] in counted else one for one in every]
    return told, closes


def check_histories(report, parts):
    """Whatever terms look beyond one sale, the history of their contract is told, with all its terms."""
    told = {one["hash"]: each["contract"] for each in parts["history"] for one in each["terms"]}
    contracts = {each["contract"] for each in parts["history"]}
    for name, document in parts["terms"].items():
        body = document["terms"]
        rates = body["rates"]
        counts = rates["rest"].get("ladder") or rates.get("ceiling") or body.get("recoup") or body.get("guarantees")
        if told.get(name, body["contract"]) != body["contract"] or (
            (counts or body["contract"] in contracts) and name not in told
        ):
            report.wrong(
                "Terms {hash}… look at many sales, and the history of their contract is not told.",
                "条款{hash}…涉及多笔销售，却没有其合约的历史。",
                hash=name[:12],
            )


class Given:
    """What something gave, as its counters go on: its event; where they stood before it and how far it moved them; how much
    of it is gone; how far what went back and came again moved them since, and how far what was said anew of it did."""

    def __init__(self, event, counted, moved):
        self.event, self.counted, self.moved = event, counted, moved
        self.gone, self.back, self.anew = 0, {}, {}


def check_dates(report, contract, ends):
    """From when until when terms held goes with the days that they name themselves, and with the terms that follow."""
    for place, (name, begins, until) in enumerate(contract.held):
        body = contract.terms[name]["terms"]
        starts, last = body.get("starts"), [moment(body["ends"])] if body.get("ends") else []
        last += [later for _, later, _ in contract.held[place + 1 : place + 2] if later > begins]
        late = last and min(last) <= ends and (until is None or until > min(last))
        if (starts and moment(starts) != begins) or late or (until is not None and until < begins):
            report.wrong(
                "{contract}: from when until when terms {hash}… held is not what was signed.",
                "{contract}：条款{hash}…的起止时间与签署的内容不符。",
                contract=contract.name,
                hash=name[:12],
            )


def check_recorded(report, parts, recorded):
    """From when until when terms held is what the record of their contract says; recorded: by contract, hash -> both."""
    for name, document in parts["terms"].items():
        if name not in recorded.get(document["terms"]["contract"], {name}):
            report.wrong(
                "Terms {hash}… are not among those that the record of their contract says were agreed.",
                "条款{hash}…不在其合约记录所载的已签署条款之中。",
                hash=name[:12],
            )
        elif recorded and document["terms"]["contract"] not in recorded:
            report.note(
                "The record of contract {contract} was not given: who signed terms {hash}… was not looked at.",
                "未提供合约{contract}的记录：未核对条款{hash}…由谁签署。",
                contract=document["terms"]["contract"],
                hash=name[:12],
            )
    ends = moment(parts["statement"]["statement"]["ends"])
    for told in parts.get("history", ()):
        known = recorded.get(told["contract"], {})
        for one in told["terms"]:
            begins, until = known.get(one["hash"], (None, None))
            due = until if until is not None and until <= ends else None
            if begins and (moment(one["from"]), one["until"] and moment(one["until"])) != (begins, due):
                report.wrong(
                    "{contract}: when terms {hash}… held in {month} is not what its record says, if that is of today.",
                    "{contract}：条款{hash}…在{month}的起止时间与合约记录（若为最新）所述不符。",
                    contract=told["reference"],
                    hash=one["hash"][:12],
                    month=parts["statement"]["statement"]["month"],
                )


def recorded_by(evidence):
    """From when until when terms held, by the record of their contract: hash -> (from, until or None)."""
    named, found = {one["terms_hash"]: one["terms"].get("ends") for one in evidence["proposals"]}, {}
    for entry in evidence["record"]["entries"]:
        at = entry["body"].get({"agreed": "effective_from", "ended": "ends_at"}.get(entry["kind"], ""))
        if at:
            for name, (begins, until) in found.items():
                if until is None or until > moment(at):
                    found[name] = (begins, max(begins, moment(at)))
        if entry["kind"] == "agreed":
            last = named[entry["body"]["terms_hash"]]
            found[entry["body"]["terms_hash"]] = (moment(at), moment(last) if last else None)
    return found


def check_counters(report, contract, public_id, contents):
    """Every journal moves the counters of its contract as its events say. Where they stood before each event that gave."""
    stands, given, journals = {}, {}, {}
    for event in contract.events:
        journals.setdefault(event["journal"] or event["id"], []).append(event)
    for number, events in journals.items():
        booked, ways = contract.counters.get(str(number), {}), [{}, {}]
        for event in events:
            found = [{}]
            if event["kind"] in GIVES:
                terms, now = contract.terms[event["terms_hash"]]["terms"], added_up(stands, ways[0])
                found = [counted_by(terms, facts_of(event, now), lines_of(event))]
                given[event["id"]] = Given(event, now, found[0])
            elif event["kind"] in (*TAKES, "rebate"):
                found = counters_back(event, given[event["reverses"]], stands)
                given[event["reverses"]].gone -= event["amount_minor"]
            elif event["kind"] == "reshared":
                found = [counters_anew(event, contract, given[event["reverses"]], stands)]
            elif event["kind"] == "true_up":
                found = [booked]  # held against the right order elsewhere
            ways = [added_up(way, one) for way, one in zip(ways, (found[0], found[-1]))]
        if booked not in ways:
            for name in sorted({*ways[0], *booked}):
                report.wrong(
                    "{contract}: by its events journal {n} moves the counter {name} by {due}; it moved it by {booked}.",
                    "{contract}：按其业务，凭证{n}应使计数{name}变动{due}；实际变动{booked}。",
                    contract=contract.name,
                    n=number,
                    name=name,
                    due=ways[0].get(name, 0),
                    booked=booked.get(name, 0),
                )
        if contents.get(number) is not None and booked != memos_of(contents[number], public_id):
            report.wrong(
                "{contract}: journal {n} moves other counters than it is told to.",
                "{contract}：凭证{n}变动的计数与所述不符。",
                contract=contract.name,
                n=number,
            )
        for event in events:
            if event["kind"] in TAKES:
                given[event["reverses"]].back = added_up(given[event["reverses"]].back, booked)
            elif event["kind"] == "reshared":
                given[event["reverses"]].anew = added_up(given[event["reverses"]].anew, booked)
        stands = added_up(stands, booked)
    if {*contract.counters} - {str(number) for number in journals}:
        report.wrong(
            "{contract}: a journal moves its counters, and none of its events stands behind it.",
            "{contract}：有凭证变动其计数，却没有对应的业务。",
            contract=contract.name,
        )
    return {name: one.counted for name, one in given.items()}


def added_up(one, other, sign=1):
    """Two sets of amounts by name together, or the second taken off the first; without what is nothing."""
    sums = {name: one.get(name, 0) + sign * other.get(name, 0) for name in {**one, **other}}
    return {name: amount for name, amount in sums.items() if amount}


def memos_of(content, contract):
    """How far a journal moves each counter of a contract: legs of `memo:` accounts, up on the credit side."""
    moved = {}
    for code, whose, _, amount, _ in content["postings"]:
        if whose == contract and code.startswith("memo:") and code != "memo:contra":
            moved = added_up(moved, {code[len("memo:") :]: -amount})
    return moved


def counters_back(event, given, stands):
    """How far something that goes back or comes again moves the counters of its sale: by the rule, and as books of before it
    or hours, which go back whole, may say it. A counter gives no more than it stands at, and gets no more than was taken."""
    gross, amount = given.event["amount_minor"], -event["amount_minor"]
    back = counted_back(given.moved, gross, given.gone, amount) if given.moved else {}
    plain = {name: -min(step, stands.get(name, 0)) for name, step in back.items()}
    if event["kind"] == "rebate":
        ways = [plain, added_up({}, given.moved, -1) if given.gone + amount == gross else plain]
    elif amount > 0:
        left = added_up(given.moved, given.back)
        ways = [{name: max(step, -left.get(name, 0)) for name, step in plain.items()}, plain]
    else:
        ways = [{name: -max(step, given.back.get(name, 0)) for name, step in back.items()}]
    return [added_up(way, {}) for way in ways]


def counters_anew(event, contract, given, stands):
    """How far a sale of which something was said anew moves the counters still; none of them below nothing."""
    sale, known = given.event, event["contribution"] or given.event["contribution"]
    terms, facts = contract.terms[sale["terms_hash"]]["terms"], facts_of(sale, given.counted, event["facts"])
    due = added_up({}, given.anew, -1)
    for sign, moved in ((1, counted_by(terms, facts, share(terms, facts, known))), (-1, given.moved)):
        back = counted_back(moved, sale["amount_minor"], 0, given.gone) if given.gone else {}
        due = added_up(due, added_up(moved, back, -1), sign)
    return added_up({name: max(step, -stands.get(name, 0)) for name, step in due.items()}, {})


def check_close(report, contract, event, before):
    """What a close booked is what all that was known by then comes to in its right order."""
    until = moment(event["occurred_at"])
    if event["facts"].get("limit"):  # at once, after what lifted a counter above its limit
        until = max(until, moment(before[-1]["occurred_at"]))
    seen = [one for one in before if moment(one["occurred_at"]) <= until]
    known = {one["id"] for one in seen}
    seen = [one for one in seen if one["reverses"] is None or one["reverses"] in known]
    booked = shares(lines_of(event))
    if event["kind"] == "true_up":
        due, stands = contract.true_up(seen), {}
        for number in {one["journal"] for one in [*before, event]}:
            stands = added_up(stands, contract.counters.get(str(number), {}))
        for name, right in contract.right(seen)[1].items():
            if stands.get(name, 0) != right:
                report.wrong(
                    "{contract}: after the true-up {id} the counter {name} stands at {stands}; in the right order it is {right}.",
                    "{contract}：补差{id}之后计数{name}为{stands}；按正确顺序应为{right}。",
                    contract=contract.name,
                    id=event["id"],
                    name=name,
                    stands=stands.get(name, 0),
                    right=right,
                )
    else:
        party, window = event["effect"].split(":")[2:4]
        due, month = {}, window if "-" in window else f"{window}-12"
        place = (window, party, event["terms_hash"], *(line["path"] for line in event["lines"]))
        for ended, name, n, promise in contract.promises(month) if month < window_of("month", event["occurred_at"]) else ():
            if (ended, promise["party"], name, f"/guarantees/{n}") == place:
                due = {party: contract.owed(seen, window, promise)}
    for party in sorted({*due, *booked}):
        if due.get(party, 0) != booked.get(party, 0):
            report.wrong(
                "{contract}: {kind} {id} gives {party} {booked}; all events known by then, in their order, make {due}.",
                "{contract}：{kind} {id}给{party} {booked}；按当时已知的全部业务依序重算应为{due}。",
                contract=contract.name,
                kind=event["kind"],
                id=event["id"],
                party=party,
                booked=booked.get(party, 0),
                due=due.get(party, 0),
            )


def check_closed(report, contract, statement):
    """Once in each month nothing is left to put right: neither a true-up, nor a guarantee for a window that ended before."""
    began = moment(statement["begins"]) + ZONES["Asia/Shanghai"] - timedelta(days=1)
    through, after = f"{began:%Y-%m}", statement["journals"]["after"]
    last = len(contract.events)
    first = max((n + 1 for n, one in enumerate(contract.events) if one["journal"] and one["journal"] <= after), default=0)
    owed = contract.open_at(contract.events, through)
    places = range(last - 1, first - 1, -1)
    booked = [place for place in places if place and contract.events[place - 1]["kind"] in CLOSES]  # most likely there
    if owed and all(contract.open_at(contract.events[:place], through) for place in dict.fromkeys([*booked, *places])):
        for party, window, amount in owed:
            report.wrong(
                "{contract}: in the whole month nobody booked what {party} is due {what}: {amount}.",
                "{contract}：整月无人记入应给{party}的{what}：{amount}。",
                contract=contract.name,
                party=party,
                what=f"/guarantees {window}" if window else "/true_up",
                amount=amount,
            )


def check_month(report, statement):
    """A statement is about one month of Beijing, and an issued one about all of it."""
    year, number = int(statement["month"][:4]), int(statement["month"][5:])
    first, after = f"{statement['month']}-01T00:00:00Z", f"{year + number // 12:04d}-{number % 12 + 1:02d}-01T00:00:00Z"
    zone = ZONES.get(statement["zone"])
    begins, ends = (moment(each) - (zone or timedelta(0)) for each in (first, after))
    until = moment(statement["ends"])
    if (
        zone is None
        or moment(statement["begins"]) != begins
        or not begins <= until <= ends
        or (statement["events"] and until != ends)
    ):
        report.wrong(
            "The statement is not about the month {month} as it is counted in {zone}.",
            "对账单的起止时间不是{zone}的{month}。",
            month=statement["month"],
            zone=" / ".join(ZONES),
        )


def check_terms(report, terms):
    """Each document of terms has the hash under which it was signed."""
    for name, document in terms.items():
        if digest(document) != name:
            report.wrong(
                "Terms {hash}… were changed: they do not give the hash under which they were signed.",
                "条款{hash}…被改动过：算不出签署时的哈希。",
                hash=name[:12],
            )


def check_told(report, statement, parts):
    """Everything is told once, and nothing is told that cannot be: of whatever amount, the lines would follow from it."""
    own, lent = parts["events"], [event for told in parts.get("history", ()) for event in told["events"]]
    for names in ([event["id"] for event in own + lent], [journal["id"] for journal in parts["journals"]]):
        for name in sorted({name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ()):
            report.wrong("{name} is told twice.", "{name}出现两次。", name=name)
    known, gone = {event["id"]: event for event in own + lent}, {}
    for event in sorted(own + lent, key=lambda one: one.get("n", 0)):
        for english, chinese in impossible(event, known.get(event["reverses"]), gone, parts["terms"]):
            report.wrong("Event {id} cannot be: " + english, "业务{id}不可能如此：" + chinese, id=event["id"])
    for event in own:
        if event["currency"] != statement["currency"]:
            report.wrong("Event {id} is in another currency.", "业务{id}为另一币种。", id=event["id"])


def impossible(event, of, gone, terms):
    """What no house can have booked so, in both languages. of: what the event takes back; gone: how much of each so far."""
    facts, weights = event["facts"], [part for known in event["contribution"].values() for part in known.values()]
    amounts = [facts.get(name, 0) for name in ("gross_minor", "tax_bps", "fee_minor", "discount_minor")] + weights
    if any(type(amount) is not int or amount < 0 for amount in amounts) or facts.get("tax_bps", 0) > 10_000:
        yield "an amount or weight is below nothing or not whole.", "有金额或权重为负或不是整数。"
    body = terms.get(event["terms_hash"], {}).get("terms", {})
    if event["kind"] not in KINDS or (event["kind"] in (*GIVES, *CLOSES)) != (event["reverses"] is None):
        yield "nobody knows this kind, or it takes back nothing.", "类型不明，或没有所退的业务。"
        return
    if event["kind"] in (*CLOSES, "rebate") and any(line["role"] != "share" for line in event["lines"]):
        yield "it moves something else than shares.", "变动了份额以外的项目。"
    due, held = moment(event["occurred_at"]), moment(event["held_until"])
    if of is None:
        days = body.get("hold", {}).get("days", 0) if event["kind"] in GIVES else 0
        if event["kind"] != "hire" and held != due + timedelta(days=days):  # of a placement until its guarantee is over
            yield "it is held for longer or shorter than its terms say.", "冻结天数与条款不符。"
        if event["kind"] in GIVES and body.get("starts") and due < moment(body["starts"]) - SLACK:
            yield "its terms had not begun by then.", "当时其条款尚未生效。"
        return
    if any(event[name] != of[name] for name in ("terms_hash", "course", "currency", "held_until")) or of["kind"] not in GIVES:
        yield (
            "it is not of the terms, course, currency or hold of what it takes back.",
            "其条款、课程、币种或冻结期与所退业务不同。",
        )
    if event["kind"] == "rebate" and not {line["party"] for line in event["lines"]} <= {line["party"] for line in of["lines"]}:
        yield "it takes from somebody who got nothing.", "向未得份额者收回。"
    amount, before = -event["amount_minor"], gone.get(of["id"], 0)
    signs = {"refund": amount > 0, "dispute": amount > 0, "reinstated": amount < 0, "rebate": amount >= 0, "reshared": not amount}
    told = event["kind"] not in TAKES or facts["amount_minor"] == amount
    gone[of["id"]] = before + amount
    if not signs[event["kind"]] or not told or not 0 <= before + amount <= of["amount_minor"]:
        yield "it takes or gives back more than there was.", "退回或补回的多于原有。"


def check_events(report, events, terms, closes=None):
    """Every line follows from terms and facts. closes: true-ups and guarantees that were worked out otherwise; None: in the
    forms of before none can be."""
    known = {event["id"]: event for event in events}
    taken, gone = {}, {}
    for event in events:
        before = taken.get(event["reverses"], 0)
        taken[event["reverses"]] = before - event["amount_minor"]
        if event["terms_hash"] not in terms:
            report.wrong("The terms of event {id} are missing.", "缺少业务{id}的条款。", id=event["id"])
            continue
        body = terms[event["terms_hash"]]["terms"]
        if event["course"] not in [course["id"] for course in body["scope"]["courses"]] or event["currency"] != body["currency"]:
            report.wrong(
                "The terms of event {id} do not cover its course or currency.",
                "业务{id}的课程或币种不在条款范围内。",
                id=event["id"],
            )
        booked = [(line["role"], line["party"], line["amount_minor"], line["path"]) for line in event["lines"]]
        if sum(line[2] for line in booked) != event["amount_minor"]:
            report.wrong("The lines of event {id} do not add up to its amount.", "业务{id}的各行之和与总额不符。", id=event["id"])
        facts = event["facts"]
        if event["kind"] in ("rebate", *CLOSES):
            if event["id"] not in (closes or ()):
                check_step(report, event, known, is_before=closes is None)
            continue
        if event["kind"] == "reshared":
            check_reshared(report, event, known, body, before)
            continue
        if event["kind"] in ("refund", "dispute", "reinstated"):
            sale, earlier = known[event["reverses"]], gone.setdefault(event["reverses"], [])
            sold = [(line["role"], line["party"], line["amount_minor"], line["path"]) for line in sale["lines"]]
            due = due_back(body, sold, earlier, event, booked)
            earlier.append((event["kind"], booked))
        else:
            if event["amount_minor"] != facts["gross_minor"] or event["channel"] != facts.get("channel", "platform"):
                report.wrong(
                    "The facts of event {id} say another amount or channel than the event.",
                    "业务{id}的事实与其金额或渠道不符。",
                    id=event["id"],
                )
            at = moment(event["occurred_at"]).strftime("%Y-%m-%dT%H:%M:%SZ")
            due = share(body, {"counted": {}, **facts, "moment": at}, event["contribution"])
        for is_due, is_booked in zip(due, booked):
            if is_due != is_booked:
                report.wrong(
                    "By clause {path}, event {id} gives {party} {due}; the line says {booked} by clause {clause}.",
                    "按条款{path}，业务{id}应给{party} {due}；明细写的是按条款{clause}给{booked}。",
                    path=is_due[3],
                    id=event["id"],
                    party=is_due[1] or is_due[0],
                    due=is_due[2],
                    booked=is_booked[2],
                    clause=is_booked[3],
                )
        if len(due) != len(booked):
            report.wrong(
                "Event {id} has {n} lines instead of {due}.",
                "业务{id}有{n}行，应有{due}行。",
                id=event["id"],
                n=len(booked),
                due=len(due),
            )


def check_reshared(report, event, known, terms, gone):
    """A sale of which something was said anew, how it came or what had been contributed: by now everybody has what it gives
    so, the house the rounding."""
    sale, said = known[event["reverses"]], {"channel": "platform", "attributed": None, **event["facts"]}
    at = moment(sale["occurred_at"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    right = share(terms, {"counted": {}, **sale["facts"], **said, "moment": at}, event["contribution"] or sale["contribution"])
    due = shares(right)
    for party, amount in shares(share_refund(terms, right, 0, gone)).items():
        due[party] = due.get(party, 0) + amount
    for one in known.values():
        if one is event:
            break
        if sale["id"] in (one["id"], one["reverses"]):
            for party, amount in shares((line["role"], line["party"], line["amount_minor"], "") for line in one["lines"]).items():
                due[party] = due.get(party, 0) - amount
    due[house_of(terms)] = -sum(amount for party, amount in due.items() if party != house_of(terms))
    told = shares((line["role"], line["party"], line["amount_minor"], "") for line in event["lines"])
    if {party: amount for party, amount in due.items() if amount} != told or len(told) != len(event["lines"]):
        report.wrong(
            "Event {id} shares a sale anew, but not by its terms and what is said now.",
            "业务{id}重新分配了一笔销售，但结果与条款及更正后的来源不符。",
            id=event["id"],
        )


def check_step(report, event, known, *, is_before):
    """What is not computed again: a rebate runs over legs of others as well, and is held against what its event gave; of
    the close of a month statements before the form /3 do not tell enough, as it looks at all months of its contract."""
    if event["kind"] != "rebate":
        if not is_before:
            report.wrong("Event {id} belongs to no history that is told.", "业务{id}不属于任何所述的历史。", id=event["id"])
            return
        report.note(
            "Event {id} looks at all months of its contract ({kind}): its amount is taken as booked.",
            "业务{id}涉及合约的全部月份（{kind}）：金额按入账采用。",
            id=event["id"],
            kind=event["kind"],
        )
        return
    given = known[event["reverses"]]
    for party in {line["party"] for line in given["lines"]}:
        got = sum(line["amount_minor"] for line in given["lines"] if line["party"] == party)
        steps = [
            line["amount_minor"]
            for one in known.values()
            if one["reverses"] == given["id"] and one["kind"] == "rebate"  # not: what was said anew of it since
            for line in one["lines"]
            if line["party"] == party
        ]
        if max(steps, default=0) > 0 or got + sum(steps) < 0:
            report.wrong(
                "Rebate {id} takes back more than was given, or gives.", "退费{id}退回的多于所给，或反而给付。", id=event["id"]
            )


def check_journals(report, statement, events, journals, days):
    """Hashes, legs and proofs of journals; that what events say is what was booked."""
    party, withheld = statement["party"], 0
    by_journal = {}
    for event in events:
        if event["journal"]:  # what moved nothing has none
            by_journal.setdefault(event["journal"], []).append(event)
    for journal in journals:
        number, content = journal["id"], journal["content"]
        if content is None:
            withheld += bool(journal["own"])
        else:
            if digest(content) != journal["hash"] or content["id"] != number or content["kind"] != journal["kind"]:
                report.wrong(
                    "Journal {n} was changed: what it says does not give its hash.",
                    "凭证{n}被改动过：内容算不出其哈希。",
                    n=number,
                )
            own = [
                [code, amount]
                for code, whose, currency, amount, _ in content["postings"]
                if whose == party and currency == statement["currency"] and is_own(code)
            ]
            if own != [[leg["account"], -leg["amount_minor"]] for leg in journal["own"]]:
                report.wrong("Your legs of journal {n} are not those in it.", "凭证{n}中贵方的分录与凭证内容不符。", n=number)
        check_proof(report, journal, days)
        behind = by_journal.get(number, [])
        said = sum(line["amount_minor"] for event in behind for line in event["lines"] if line["party"] == party)
        # Of a bundle sold in an earlier month the first form told only the course that something happened to since.
        told = statement["format"] != FORMS[0] or number > statement["journals"]["after"]
        if behind and told and said != sum(leg["amount_minor"] for leg in journal["own"]):
            report.wrong(
                "The lines say {said} for you, journal {n} booked {booked}.",
                "明细给贵方{said}，凭证{n}记的是{booked}。",
                said=said,
                n=number,
                booked=sum(leg["amount_minor"] for leg in journal["own"]),
            )
        if number > statement["journals"]["after"] and not behind and not is_a_move(journal, events, statement["currency"]):
            report.wrong(
                "Journal {n} takes from you, and neither an event nor a payout stands behind it.",
                "凭证{n}从贵方扣款，却没有对应的业务或付款。",
                n=number,
            )
        for event in behind:
            if content is not None and moment(content["occurred_at"]) != moment(event["occurred_at"]):
                report.wrong("Event {id} and its journal say different moments.", "业务{id}与其凭证的时间不同。", id=event["id"])
    known = {journal["id"] for journal in journals}
    for event in events:
        moved = event["journal"] or any(shares(lines_of(event)).values())
        if moved and event["journal"] not in known:
            report.wrong("The journal of event {id} is missing.", "缺少业务{id}的凭证。", id=event["id"])
    if withheld:
        report.note(
            "{n} journals also hold legs of strangers: they are proven by their hash, your legs in them are taken as told.",
            "{n}张凭证含有与贵方无关者的分录：只以哈希证明，其中贵方的分录按所述采用。",
            n=withheld,
        )


def is_a_move(journal, events, currency):
    """Whether what no event explains takes nothing: it moves between your accounts, or it went to a bank or a provider.

    Or it gives the house back what it bore while a bank had the money, once the bank has returned that.
    """
    takes = -sum(leg["amount_minor"] for leg in journal["own"])
    if takes <= 0 or journal["content"] is None:
        return takes <= 0
    if journal["kind"] == "correction":
        return True  # `check_debts` holds it against what it takes back
    legs = [(code, amount) for code, _, held, amount, _ in journal["content"]["postings"] if held == currency]
    if -sum(amount for code, amount in legs if code == "asset:bank" or code.startswith("asset:rail:")) >= takes:
        return journal["kind"] in ("payout", "payout_paid")
    back = [one for one in events if one["kind"] == "reinstated" and journal["content"]["effect_key"] == f"mature:{one['id']}"]
    return takes <= sum(amount for one in back for amount in shares(lines_of(one)).values() if amount > 0)


def check_debts(report, statement, events, journals):
    """What you paid back by bank: it came in at the bank, went against what you owed and no further; what took such a payment
    off again took all of it, once."""
    after, through = statement["journals"]["after"], statement["journals"]["through"]
    owed, paid = -statement["opening"].get("asset:receivable", 0), {}
    behind = {event["journal"] for event in events}
    for journal in sorted(journals, key=lambda each: each["id"]):
        number, content = journal["id"], journal["content"]
        moved = sum(leg["amount_minor"] for leg in journal["own"] if leg["account"] == "asset:receivable")
        if after < number <= through:
            owed -= moved
        if not journal["own"] or number in behind or (journal["kind"] == "correction" and number <= after):
            continue  # the head of the chain may be about somebody else or told before, a correction about a week of hours
        if journal["kind"] == "debt_paid":
            paid[number] = moved
            legs = [[leg[0], leg[1], leg[3]] for leg in content["postings"]] if content else []
            due = [["liability:suspense:bank", "", moved], ["asset:receivable", statement["party"], -moved]]
            if moved <= 0 or legs != due:
                report.wrong(
                    "Journal {n} says that you paid something back, but not from the bank against what you owed.",
                    "凭证{n}称贵方已还款，但并非由银行到账冲减欠款。",
                    n=number,
                )
            if after < number <= through and owed < 0:
                report.wrong("By journal {n} you paid back more than you owed.", "按凭证{n}，贵方还的多于所欠。", n=number)
        elif journal["kind"] == "correction" and (
            content is None or moved >= 0 or paid.pop(content["reverses"], None) != -moved or len(journal["own"]) != 1
        ):
            report.wrong(
                "Journal {n} takes something off again that you had not paid back so.",
                "凭证{n}冲回的不是贵方的一笔还款。",
                n=number,
            )


def is_own(code):
    """Whether an account belongs to the statement of its party."""
    return code == "asset:receivable" or (code.startswith("liability:payable:") and code != "liability:payable:worker")


def moment(text):
    """A moment from either way of writing it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def check_proof(report, journal, days):
    """The way from a journal's hash to the root of its day (RFC 6962: a leaf after a byte 0, a node after a byte 1)."""
    proof, number = journal["proof"], journal["id"]
    if proof is None:
        report.note("The day of journal {n} is not sealed yet.", "凭证{n}当日尚未封账。", n=number)
        return
    place, last = proof["place"], proof["size"] - 1
    found = hashlib.sha256(b"\0" + bytes.fromhex(journal["hash"])).digest()
    for step in map(bytes.fromhex, proof["path"]):
        if place % 2 or place == last:
            found = hashlib.sha256(b"\1" + step + found).digest()
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            found = hashlib.sha256(b"\1" + found + step).digest()
        place, last = place // 2, last // 2
    if last or not 0 <= proof["place"] < proof["size"] or found.hex() != days.get(proof["day"]):
        report.wrong(
            "Journal {n} is not proven to be in the book of {day}.",
            "不能证明凭证{n}在{day}的账簿中。",
            n=number,
            day=proof["day"],
        )


def check_statement(report, statement, parts):
    """The statement is what its events and journals say, and adds up."""
    events, terms, journals, days = parts["events"], parts["terms"], parts["journals"], parts["days"]
    after, through = statement["journals"]["after"], statement["journals"]["through"]
    party, inside = statement["party"], {journal["id"]: journal for journal in journals if after < journal["id"] <= through}
    lines, moves = {}, {}
    for event in events:
        if event["journal"] in inside:
            seen = set()
            for line in event["lines"]:
                if line["party"] == party:
                    key = tuple(event[name] for name in ("kind", "course", "channel", "terms_hash"))
                    key = (*key, line["path"], line["role"])
                    many, amount = lines.get(key, (0, 0))
                    lines[key] = (many + (key not in seen), amount + line["amount_minor"])
                    seen.add(key)
    told = {
        tuple(one[name] for name in ("kind", "course", "channel", "terms_hash", "path", "role")): one
        for one in statement["lines"]
    }
    for key in sorted({*lines, *told}):
        is_due, one = lines.get(key, (0, 0)), told.get(key, {"events": 0, "amount_minor": 0})
        if is_due != (one["events"], one["amount_minor"]) or len(told) != len(statement["lines"]):
            report.wrong(
                "The statement says {told} in {n} events by clause {path}; the events make {due} in {many}.",
                "对账单按条款{path}写的是{n}笔共{told}；各笔业务合计{many}笔共{due}。",
                told=one["amount_minor"],
                n=one["events"],
                path=key[4],
                due=is_due[1],
                many=is_due[0],
            )
    behind = {event["journal"] for event in events}
    for number, journal in inside.items():
        for account in {leg["account"] for leg in journal["own"]}:
            key = (journal["kind"], account, number in behind)
            many, amount = moves.get(key, (0, 0))
            amount += sum(leg["amount_minor"] for leg in journal["own"] if leg["account"] == account)
            moves[key] = (many + 1, amount)
    said = {(one["kind"], one["account"], one["explained"]): (one["journals"], one["amount_minor"]) for one in statement["moves"]}
    if said != moves or len(said) != len(statement["moves"]):
        report.wrong("The moves of the statement are not those of the journals.", "对账单的变动与各凭证不符。")
    for account in sorted({*statement["opening"], *statement["closing"], *(one["account"] for one in statement["moves"])}):
        opening, closing = statement["opening"].get(account, 0), statement["closing"].get(account, 0)
        moved = sum(one["amount_minor"] for one in statement["moves"] if one["account"] == account)
        if opening + moved != closing:
            report.wrong(
                "{account}: opening {opening} and moves {moved} do not make closing {closing}.",
                "{account}：期初{opening}加变动{moved}不等于期末{closing}。",
                account=account,
                opening=opening,
                moved=moved,
                closing=closing,
            )
    check_held(report, statement, events, terms, journals)
    check_debts(report, statement, events, journals)
    head = next((journal for journal in journals if journal["id"] == through), None)
    if through and (head is None or head["hash"] != statement["chain"]["hash"]):
        report.wrong("The head of the chain is not the hash of journal {n}.", "链头不是凭证{n}的哈希。", n=through)
    root = statement["chain"]["root"]
    if root and days.get(root["day"]) != root["root"]:
        report.wrong(
            "The root of {day} is not the one that the statement prints.", "{day}的根哈希与对账单所印的不同。", day=root["day"]
        )
    if statement["events"] and statement["events"] != {"count": len(events), "hash": digest(events)}:
        report.wrong("The events are not those over which the statement was issued.", "这些业务不是出具对账单时的那些。")


def check_held(report, statement, events, terms, journals):
    """What is on hold, by the day on which it matures in the platform's zone."""
    ends, zone, held = moment(statement["ends"]), ZONES.get(statement["zone"]), {}
    reserved = {
        journal["id"]: sum(leg["amount_minor"] for leg in journal["own"] if leg["account"] == "liability:payable:reserve")
        for journal in journals
    }
    if zone is None:
        return  # said with the month
    for event in events:
        until = moment(event["held_until"])
        if until > ends and event["journal"] and event["journal"] <= statement["journals"]["through"]:
            mine = [
                line["amount_minor"]
                for line in event["lines"]
                if line["party"] == statement["party"] and line["role"] != "fee_cost"
            ]
            day = (until + zone).date().isoformat()
            # Of the courses in one journal (a bundle) the one whose terms keep a reserve.
            leans = event["kind"] in ("sale", "refund", "dispute", "reinstated", "reshared")
            keeps = terms.get(event["terms_hash"], {}).get("terms", {}).get("reserve")
            kept = reserved.get(event["journal"], 0) if leans and keeps else 0
            held[day] = held.get(day, 0) + sum(mine) - kept
    if {day: amount for day, amount in held.items() if amount} != {
        one["until"]: one["amount_minor"] for one in statement["held"]
    }:
        report.wrong("What is on hold, and until when, is not what the events say.", "冻结金额或到期日与各笔业务不符。")
    check_reserved(report, statement, events, terms, reserved)


def check_reserved(report, statement, events, terms, reserved):
    """What the reserve keeps, by the day on which the terms let go of it; all of it adds up to what stands in reserve."""
    ends, zone, kept = moment(statement["ends"]), ZONES[statement["zone"]], {}
    first = statement["format"] == FORMS[0]  # its list left out what banks took and gave back
    leans = ("sale", "refund", "reshared") if first else ("sale", "refund", "reshared", "dispute", "reinstated")
    sales, through = {event["id"]: event for event in events}, statement["journals"]["through"]
    for event in events:
        sale = sales.get(event["reverses"], event)
        reserve = terms.get(sale["terms_hash"], {}).get("terms", {}).get("reserve")
        if sale["kind"] != "sale" or event["kind"] not in leans or (event["journal"] or 0) > through or not reserve:
            continue
        until, let_go = moment(sale["occurred_at"]) + timedelta(days=reserve["days"]), sale.get("let_go")
        day = (until + zone).date().isoformat()
        if first:
            kept[day] = kept.get(day, 0) + (reserved.get(event["journal"], 0) if until > ends else 0)
        elif let_go is None or event["journal"] < let_go:  # what comes later is settled at once and leaves nothing there
            kept[day] = kept.get(day, 0) + reserved.get(event["journal"], 0)
        if event is sale and let_go is not None:
            kept[day] = kept.get(day, 0) + reserved[let_go]
    said = {one["until"]: one["amount_minor"] for one in statement["reserved"]}
    if {day: amount for day, amount in kept.items() if amount} != said:
        report.wrong("What is in reserve, and until when, is not what the events say.", "留存金额或到期日与各笔业务不符。")
    stands = statement["closing"].get("liability:payable:reserve", 0)
    if not first and sum(said.values()) != stands:
        report.wrong(
            "The list of what is in reserve comes to {told}; {stands} stand there.",
            "留存清单合计{told}；留存余额为{stands}。",
            told=sum(said.values()),
            stands=stands,
        )


def check_bundle(report, parts):
    """Everything about one month."""
    statement = parts["statement"]["statement"]
    if digest(statement) != parts["statement"]["hash"]:
        report.wrong("The statement was changed: it does not give its hash.", "对账单被改动过：算不出其哈希。")
    if statement["format"] not in FORMS:
        report.wrong(
            "This program does not know the form {form}.", "本程序不认识这种对账单格式：{form}。", form=statement["format"]
        )
    check_terms(report, parts["terms"])
    check_month(report, statement)
    check_told(report, statement, parts)
    if statement["format"] in FORMS[:2]:
        report.note(
            "This statement has a form of before: where counters stood before a sale is taken as told.",
            "本对账单为较早的格式：销售之前的计数按所述采用。",
        )
        check_events(report, parts["events"], parts["terms"])
    else:
        events, closes = check_contracts(report, statement, parts)
        check_events(report, events, parts["terms"], closes)
    check_journals(report, statement, parts["events"], parts["journals"], parts["days"])
    check_statement(report, statement, parts)
    report.note(
        "{month} {currency}: statement {hash}, {events} events, {journals} journals, closing {closing} minor units.",
        "{month} {currency}：对账单{hash}，{events}笔业务，{journals}张凭证，期末{closing}（最小货币单位）。",
        month=statement["month"],
        currency=statement["currency"],
        hash=parts["statement"]["hash"],
        events=len(parts["events"]),
        journals=len(parts["journals"]),
        closing=sum(statement["closing"].values()),
    )
    return statement


# ---- A signature by a passkey: ECDSA over P-256 with SHA-256 (FIPS 186-5; the curve is in SP 800-186) ----

FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CURVE_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def added(one, other):
    """The sum of two points of the curve; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % FIELD == 0:
            return None
        slope = 3 * (one[0] ** 2 - 1) * pow(2 * one[1], -1, FIELD)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, FIELD)
    x = (slope**2 - one[0] - other[0]) % FIELD
    return x, (slope * (one[0] - x) - one[1]) % FIELD


def multiplied(point, times):
    """A point added to itself so many times."""
    found = None
    while times:
        if times & 1:
            found = added(found, point)
        point, times = added(point, point), times >> 1
    return found


def is_signed(key, signed, r, s):
    """Whether whoever holds the secret half of this key (x, y) signed these bytes."""
    x, y = key
    on_the_curve = 0 <= x < FIELD and 0 <= y < FIELD and (y * y - (x**3 - 3 * x + CURVE_B)) % FIELD == 0
    if not on_the_curve or not (0 < r < ORDER and 0 < s < ORDER):
        return False
    back = pow(s, -1, ORDER)
    told = int.from_bytes(hashlib.sha256(signed).digest(), "big")
    point = added(multiplied(BASE, told * back % ORDER), multiplied(key, r * back % ORDER))
    return point is not None and point[0] % ORDER == r


def two_numbers(der):
    """r and s out of the DER sequence of two integers in which signatures travel."""
    numbers, at = [], 2
    if der[0] != 0x30 or der[1] != len(der) - 2:
        raise ValueError("not a signature")
    for _ in range(2):
        length = der[at + 1]
        if der[at] != 2 or not 0 < length <= 33 or at + 2 + length > len(der):
            raise ValueError("not a signature")
        numbers.append(int.from_bytes(der[at + 2 : at + 2 + length], "big"))
        at += 2 + length
    if at != len(der):
        raise ValueError("not a signature")
    return numbers


def unpadded(text):
    """Bytes out of base64url as browsers write it."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def passkey_signed(assertion, terms_hash):
    """Whether a passkey signed this very hash, with its holder present and recognised by the device."""
    device, client = unpadded(assertion["authenticator_data"]), unpadded(assertion["client_data_json"])
    said = json.loads(client)
    asked = said["type"] == "webauthn.get" and unpadded(said["challenge"]) == bytes.fromhex(terms_hash)
    here = device[:32] == hashlib.sha256(assertion["rp_id"].encode()).digest() and device[32] & 5 == 5
    key = int(assertion["key"]["x"], 16), int(assertion["key"]["y"], 16)
    r, s = two_numbers(unpadded(assertion["signature"]))
    return asked and here and is_signed(key, device + hashlib.sha256(client).digest(), r, s)


def check_evidence(report, evidence):
    """The record of a negotiation: terms, signatures, and the chain of what happened."""
    hashes = set()
    for one in evidence["proposals"]:
        hashes.add(one["terms_hash"])
        if digest({"semantics": one["semantics"], "terms": one["terms"], "texts": one["texts"]}) != one["terms_hash"]:
            report.wrong(
                "Proposal {n} was changed: it does not give its hash.", "第{n}号提案被改动过：算不出其哈希。", n=one["n"]
            )
        if any(signature["terms_hash"] != one["terms_hash"] for signature in one["signatures"]):
            report.wrong("A signature under proposal {n} signs something else.", "第{n}号提案下有签署对应别的内容。", n=one["n"])
        for signature in one["signatures"]:
            if signature["method"] != "passkey":
                continue
            said = {"n": one["n"], "party": signature["party"], "key": signature["assertion"]["key"]["x"][:16]}
            if not passkey_signed(signature["assertion"], one["terms_hash"]):
                report.wrong(
                    "The passkey of {party} did not sign proposal {n}.", "{party}的通行密钥并未签署第{n}号提案。", **said
                )
            report.note(
                "Proposal {n} was signed for {party} by a passkey; its key begins {key}.",
                "第{n}号提案由{party}以通行密钥签署，公钥开头为{key}。",
                **said,
            )
    if any(one["terms_hash"] not in hashes for one in evidence["terms"]):
        report.wrong("Terms are in force that were never proposed.", "有生效的条款从未被提出。")
    check_signers(report, evidence)
    stated = {}
    for fact in evidence.get("facts", []):
        stated[fact["statement"]["fact"]] = fact["fact_hash"]
        if digest(fact["statement"]) != fact["fact_hash"]:
            report.wrong("The contribution {fact} was changed.", "贡献记录{fact}被改动过。", fact=fact["statement"]["fact"])
    last = hashlib.sha256(f"coursehub-record/1:{evidence['contract']}".encode()).hexdigest()
    for n, entry in enumerate(evidence["record"]["entries"], start=1):
        said = {name: entry[name] for name in ("prev_hash", "n", "kind", "at", "party", "person", "body")}
        if entry["n"] != n or entry["prev_hash"] != last or digest(said) != entry["hash"]:
            report.wrong(
                "Entry {n} of the record was changed, or something before it is missing.",
                "第{n}条记录被改动，或之前有缺失。",
                n=n,
            )
            return
        last = entry["hash"]
        told = entry["kind"] == "fact_recorded" and "facts" in evidence
        if told and stated.pop(entry["body"]["fact"], "") != entry["body"]["fact_hash"]:
            report.wrong("The contribution of entry {n} is not the recorded one.", "第{n}条记录的贡献与登记的不符。", n=n)
    if evidence["head"] != last:
        report.wrong("The end of the record is missing.", "记录的末尾缺失。")
    if stated:
        report.wrong("A contribution was never recorded: {facts}.", "有贡献从未登记：{facts}。", facts=", ".join(sorted(stated)))
    report.note(
        "Record of {reference}: {n} entries, head {head}.",
        "{reference}的记录：{n}条，链头{head}。",
        reference=evidence["reference"],
        n=len(evidence["record"]["entries"]),
        head=last,
    )


def check_signers(report, evidence):
    """Whatever was agreed, as many have signed as must: all, or as many as the terms before said are enough for a change."""
    proposals, before = {one["terms_hash"]: one for one in evidence["proposals"]}, None
    for entry in evidence["record"]["entries"]:
        if entry["kind"] != "agreed" or entry["body"]["terms_hash"] not in proposals:
            continue
        one = proposals[entry["body"]["terms_hash"]]
        body, signed = one["terms"], {signature["party"] for signature in one["signatures"]}
        signers = {party["id"] for party in body["parties"]}  # whom terms bind, whatever they say of who signs
        must = len(signers)
        if before is not None and signers <= {party["id"] for party in before["parties"]}:
            longer = before.get("ends") and (not body.get("ends") or body["ends"] > before["ends"])
            must = must if longer else min(must, max(2, before["governance"].get("enough") or must))
        if len(signers & signed) < must or house_of(body) not in signed:
            report.wrong(
                "Proposal {n} was agreed without the signatures it needs.", "第{n}号提案未经足够的签署即生效。", n=one["n"]
            )
        before = body


def check_same(report, parts, seen):
    """What one month told of an event the months after it tell as well. seen: event by id, of all months before; grows."""
    told = {event["id"]: event for each in parts.get("history", ()) for event in each["events"]}
    told.update((event["id"], event) for event in parts["events"])
    whole = {terms["hash"] for each in parts.get("history", ()) for terms in each["terms"]}
    for name, before in seen.items():
        now = told.get(name, {})
        if (now or before["terms_hash"] in whole) and any(now.get(key) != before[key] for key in before if key != "let_go"):
            report.wrong(
                "{month} tells event {id} otherwise than a month before it, or leaves it out.",
                "{month}所述的业务{id}与前面的月份不同，或将其略去。",
                month=parts["statement"]["statement"]["month"],
                id=name,
            )
    if "history" in parts:  # forms of before told less of an event
        seen.update(told)


def check_taken_off(report, parts, taken):
    """No payment of yours is taken off in two months. taken: the journals that were, in all months before; grows."""
    span, behind = parts["statement"]["statement"]["journals"], {event["journal"] for event in parts["events"]}
    for journal in parts["journals"]:
        told = journal["own"] and span["after"] < journal["id"] <= span["through"] and journal["id"] not in behind
        if journal["kind"] == "correction" and told:
            if journal["content"] and journal["content"]["reverses"] in taken:
                report.wrong(
                    "Journal {n} takes off again what a month before took off already.",
                    "凭证{n}冲回的还款，此前的月份已经冲回过。",
                    n=journal["id"],
                )
            taken.add(journal["content"] and journal["content"]["reverses"])


def parts_of(place):
    """The parts of a bundle, from its zip or the folder it was unpacked into; those of the first forms have no history."""
    if place.is_dir():
        names = [name for name in PARTS if (place / f"{name}.json").exists()]
        return {name: json.loads((place / f"{name}.json").read_text(encoding="utf-8")) for name in names}
    with zipfile.ZipFile(place) as archive:
        names = [name for name in PARTS if f"{name}.json" in archive.namelist()]
        return {name: json.loads(archive.read(f"{name}.json")) for name in names}


def main(arguments):
    """Check what is named; 0 when all of it holds."""
    report = Report(chinese="--zh" in arguments)
    places = [Path(one) for one in arguments if one != "--zh"] or [Path(__file__).resolve().parent]
    months, recorded = [], {}
    for place in places:
        try:
            if place.suffix == ".json":
                evidence = json.loads(place.read_text(encoding="utf-8"))
                check_evidence(report, evidence)
                recorded[evidence["contract"]] = recorded_by(evidence)
            else:
                parts = parts_of(place)
                months.append((check_bundle(report, parts), parts))
        except (
            KeyError,
            TypeError,
            ValueError,
            IndexError,
            AttributeError,
            OSError,
            StopIteration,
            zipfile.BadZipFile,
        ) as problem:
            report.wrong(
                "{place} cannot be read as what it should be: {problem!r}",
                "{place}读不出应有的内容：{problem!r}",
                place=place,
                problem=problem,
            )
    months.sort(key=lambda one: [one[0][name] for name in ("party", "currency", "month")])
    seen, taken = {}, {}
    for statement, parts in months:
        check_taken_off(report, parts, taken.setdefault((statement["party"], statement["currency"]), set()))
        check_same(report, parts, seen.setdefault((statement["party"], statement["currency"]), {}))
        check_recorded(report, parts, recorded)
    for before, after in zip([one for one, _ in months], [one for one, _ in months[1:]]):
        same = all(before[name] == after[name] for name in ("party", "currency"))
        meet = [(before["closing"], after["opening"]), (before["journals"]["through"], after["journals"]["after"])]
        if same and any(one != other for one, other in [*meet, (moment(before["ends"]), moment(after["begins"]))]):
            report.wrong(
                "{month} does not begin where the month before ended.", "{month}的期初与上月期末不符。", month=after["month"]
            )
    for sentence in [*report.notes, *report.faults]:
        print(sentence)
    held = ("全部相符。", "有不符之处。") if report.chinese else ("Everything holds.", "This does not hold.")
    print(held[bool(report.faults)])
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
