"""What can be done with people and organisations, split by noun; all names stand here."""

from coursehub.people.operations.organisations import (
    LastOwnerStays,
    NameIsTaken,
    add_member,
    change_organisation_names,
    end_role,
    found_organisation,
    give_role,
    grant_right,
    open_organisation,
    withdraw_right,
)
from coursehub.people.operations.persons import AddressIsTaken, accept_texts, enter_person
from coursehub.people.operations.signing_in import begin_session, end_all_sessions, end_session

__all__ = [
    "AddressIsTaken",
    "LastOwnerStays",
    "NameIsTaken",
    "accept_texts",
    "add_member",
    "begin_session",
    "change_organisation_names",
    "end_all_sessions",
    "end_role",
    "end_session",
    "enter_person",
    "found_organisation",
    "give_role",
    "grant_right",
    "open_organisation",
    "withdraw_right",
]
