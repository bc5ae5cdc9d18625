"""The tables of people, split by noun."""

from coursehub.people.models.organisations import (
    Invitation,
    Membership,
    Organisation,
    OrganisationRight,
    PartnerApplication,
    PayeeRecord,
    RoleWish,
)
from coursehub.people.models.persons import BuyerDetails, GuardianConsent, Person, PersonalRecord, TermsAcceptance
from coursehub.people.models.sign_in import Guess, KnownDevice, MailLink, Passkey, RecoveryCode, SecondFactor, SignInSession
from coursehub.people.models.trail import AccessLog, AuditHead, Look, PayeeOpening, PeopleAudit

__all__ = [
    "AccessLog",
    "AuditHead",
    "BuyerDetails",
    "GuardianConsent",
    "Guess",
    "Invitation",
    "KnownDevice",
    "Look",
    "MailLink",
    "Membership",
    "Organisation",
    "OrganisationRight",
    "PartnerApplication",
    "Passkey",
    "PayeeOpening",
    "PayeeRecord",
    "PeopleAudit",
    "Person",
    "PersonalRecord",
    "RecoveryCode",
    "RoleWish",
    "SecondFactor",
    "SignInSession",
    "TermsAcceptance",
]
