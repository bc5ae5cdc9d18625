"""Every endpoint and method, called as every role, against the hand-written table tests/access.csv.

A cell says what somebody in that role meets at the door: `in` (past the audience; what
they then may see is a matter of scoped look-ups), `no` (403) or `sign-in` (sent to sign in).
Objects in the addresses do not exist, so nothing is found and nothing changes.

`python -m tests.test_access` prints the table as the application answers now, to be
read and judged by a person before it becomes the table.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursehub.db import db

from .cast import Cast, sign_in

TABLE = Path(__file__).parent / "access.csv"
ROLES = ("anonymous", "learner", "author", "teacher", "finance", "stranger", "hr", "catalogue", "bookkeeper", "support", "stan")
PEOPLE = {
    "learner": "ada", "author": "pia", "teacher": "tara", "finance": "finn", "stranger": "eve", "hr": "emma",
    "catalogue": "cato", "bookkeeper": "fay", "support": "susi", "stan": "stan",
}  # fmt: skip
NOWHERE = {"int": 987_654_321, "default": "nothinghere00000", "string": "nothinghere00000", "path": "nothing/here", "any": None}

Grid = dict[tuple[str, str], dict[str, str]]


def doors(app) -> Iterator[tuple[str, str, str]]:
    """Every endpoint with each of its methods and an address at which no object exists."""
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.endpoint, r.rule)):
        if rule.endpoint == "static":
            continue
        values = {}
        for name in rule.arguments:
            converter = rule._converters[name]
            kind = {"IntegerConverter": "int", "PathConverter": "path"}.get(type(converter).__name__, "default")
            items = getattr(converter, "items", None)
            values[name] = sorted(items)[0] if items else NOWHERE[kind]
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)


def met(response) -> str:
    """What an answer means at the door."""
    if response.status_code in (301, 302, 303) and response.headers["Location"].split("?")[0].endswith("/sign-in"):
        return "sign-in"
    return "no" if response.status_code == 403 else "in"


def walk(app) -> Grid:
    """Call everything as everybody."""
    cast = Cast()
    clients = {role: app.test_client() for role in ROLES}
    for role, name in PEOPLE.items():
        sign_in(clients[role], getattr(cast, name))
    grid: Grid = {}
    for endpoint, method, path in doors(app):
        row = grid.setdefault((endpoint, method), {})
        for role in ROLES:
            if method != "GET":  # it may have ended the session, or used it up
                clients[role] = app.test_client()
                if role in PEOPLE:
                    sign_in(clients[role], getattr(cast, PEOPLE[role]))
            response = clients[role].open(path, method=method)
            assert response.status_code < 500, f"{role} {method} {path}: {response.status_code}"
            row[role] = met(response)
            response.close()
            db.session.rollback()
    return grid


def table() -> Grid:
    """The table as people have written it."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["endpoint"], row["method"]): {role: row[role] for role in ROLES} for row in csv.DictReader(file)}


def differences(wanted: Grid, found: Grid) -> list[str]:
    """Cells that differ, doors the table forgets, and rows without a door."""
    lines = [f"not in the table: {method} {endpoint}" for endpoint, method in sorted(found.keys() - wanted.keys())]
    lines += [f"no such door: {method} {endpoint}" for endpoint, method in sorted(wanted.keys() - found.keys())]
    for key in sorted(wanted.keys() & found.keys()):
        lines += [
            f"{key[1]} {key[0]} as {role}: the table says {wanted[key][role]}, the application {found[key][role]}"
            for role in ROLES
            if wanted[key][role] != found[key][role]
        ]
    return lines


@pytest.fixture
def found(app) -> Grid:
    """What everybody meets everywhere."""
    return walk(app)


def test_everybody_meets_at_every_door_what_the_table_says(found):
    wanted = table()
    assert differences(wanted, found) == []
    for key in wanted:
        for role in ROLES:
            flipped = {key: {**wanted[key], role: "no" if wanted[key][role] == "in" else "in"}}
            assert len(differences(flipped, {key: found[key]})) == 1, f"flipping {key} for {role} was not noticed"


OUTSIDERS = ("anonymous", "learner", "author", "teacher", "finance", "stranger", "hr")
OPEN_TO_STRANGERS = {
    # What somebody who has not signed in may send: accounts, choices of language and theme, checks, visits, webhooks,
    # and the one click of a letter that asks whether a profile is still true, or that tells of new people; an employer who holds a learner's link.
    "desks.choose_language", "desks.choose_theme", "learning.count_visit", "learning_credentials.check",
    "people.answer_as_guardian", "people.confirm_account_with_password", "people.give_code", "people.give_password",
    "people.open_account", "people.send_reset", "people.set_password", "people.sign_in_as_demo_person", "people.sign_out",
    "people.withdraw_consent", "sales.stripe_webhook", "sponsors.decline", "sponsors.pay", "talent_profiles.give_confirmation", "talent_searches.stop",
}  # fmt: skip


def test_the_table_lets_no_outsider_into_the_back_office(application):
    house = {rule.endpoint for rule in application.url_map.iter_rules() if rule.rule.startswith("/house")}
    assert len(house) > 30
    let_in = [(key, role) for key, row in table().items() if key[0] in house for role in OUTSIDERS if row[role] == "in"]
    assert let_in == []


def test_the_table_lets_strangers_send_only_what_strangers_must():
    sent = {endpoint for (endpoint, method), row in table().items() if method != "GET" and row["anonymous"] != "no"}
    assert sent == OPEN_TO_STRANGERS


def test_the_table_lets_no_learner_into_the_studio(application):
    studio = {rule.endpoint for rule in application.url_map.iter_rules() if rule.rule.startswith("/studio")}
    let_in = [key for key, row in table().items() if key[0] in studio and "in" in (row["learner"], row["anonymous"])]
    assert let_in == []


def main() -> None:
    """Print the table as the application answers now."""
    from .conftest import table_application

    app = table_application()
    with app.app_context():
        grid = walk(app)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["endpoint", "method", *ROLES])
    for (endpoint, method), row in sorted(grid.items()):
        out.writerow([endpoint, method, *(row[role] for role in ROLES)])


if __name__ == "__main__":
    main()
