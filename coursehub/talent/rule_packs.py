"""What the form of an engagement brings with it: caps on hours, papers, who pays, and what nobody may ask for. Pure.

Sources, all of the People's Republic of China:
- Labour Law (1994, last revised 2018): article 36, hours.
- Decree 174 of the State Council (1995): article 3, eight hours a day and forty a week.
- Labour Contract Law (2007, revised 2012): article 9, no deposits and no keeping of identity papers; article 10, a written
  contract; articles 39(4) and 91, a second job; articles 68 to 72, non-full-time work.
- Notice 98 (2020) of the general office of the Ministry of Human Resources and Social Security: lending staff is no business.
- Civil Code (2020): article 770, contracts for work; article 467, contracts that the code does not name.
- Decree 810 of the State Council (2025): platforms report what persons earn through them.
- Provisions on internships of students of vocational schools (revised 2021): agreement of three parties, hours, no fees.
- Law on the Protection of Women's Rights and Interests (revised 2022): article 43, what recruiters do not ask.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

HOURS = 60
NEVER_ASKED = ("deposit", "identity_papers", "family", "pregnancy", "other_employers")
"""No form lets an employer ask for these: Labour Contract Law article 9, Law on Women's Rights article 43; the last is ours."""

HomeRule = Literal["by_contract", "always"]


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of one form, for one worker with one employer.

    weekly_cap_minutes, daily_cap_minutes: the most in one week and on one day; None where no law sets a cap.
    papers:   what the two sides keep beside the platform, in words of PAPERS.
    paid_by:  who pays the worker: the "host" for whom the work is done, or the "home" employer, whom the host repays at cost.
    not_asked: what the employer may not ask the worker for, in words of NOT_ASKED.
    home_rule: "by_contract", the worker says whether their own contract wants the home employer's consent; "always", a paper of
               the home employer or school belongs to the form itself.
    pay_within_days: how long after the work at most it is paid; None where the parties decide.
    earns_fee: whether the platform may put a fee on top.
    """

    form: str
    weekly_cap_minutes: int | None
    daily_cap_minutes: int | None
    papers: tuple[str, ...]
    paid_by: Literal["host", "home"] = "host"
    not_asked: tuple[str, ...] = NEVER_ASKED
    home_rule: HomeRule = "by_contract"
    pay_within_days: int | None = None
    earns_fee: bool = True


PAPERS = (
    "labour_contract", "statement_of_work", "lending_agreement", "workers_consent", "business_licence", "tax_invoice",
    "tax_report", "three_party_agreement", "accident_insurance",
)  # fmt: skip
NOT_ASKED = (*NEVER_ASKED, "probation", "margin", "exclusivity", "nights_and_overtime")
PACKS: Mapping[str, RulePack] = MappingProxyType(
    {
        pack.form: pack
        for pack in (
            # Decree 174 article 3: eight hours a day, forty a week.
            RulePack("employee", 40 * HOURS, 8 * HOURS, ("labour_contract",), pay_within_days=31),
            # Article 68 caps what is worked on average; we hold every day and every week to it, which nobody can game.
            # Article 70: no probation. Article 72: paid within 15 days. Article 69: several employers.
            RulePack(
                "non_full_time", 24 * HOURS, 4 * HOURS, ("statement_of_work", "accident_insurance"),
                not_asked=(*NEVER_ASKED, "probation", "exclusivity"), pay_within_days=15,
            ),
            # Notice 98 (2020): the home employer stays the employer and pays; nobody earns from lending; the worker agrees.
            RulePack(
                "secondment", 40 * HOURS, 8 * HOURS, ("lending_agreement", "workers_consent"), paid_by="home",
                not_asked=(*NEVER_ASKED, "margin"), home_rule="always", earns_fee=False,
            ),
            RulePack("business_service", None, None, ("statement_of_work", "business_licence", "tax_invoice")),
            RulePack(
                "personal_service", None, None, ("statement_of_work", "tax_report"), not_asked=(*NEVER_ASKED, "exclusivity"),
            ),
            # Provisions on internships: agreement of school, student and firm; eight hours, no nights, no overtime, no fees.
            RulePack(
                "internship", 40 * HOURS, 8 * HOURS, ("three_party_agreement", "accident_insurance"),
                not_asked=(*NEVER_ASKED, "nights_and_overtime"), home_rule="always", pay_within_days=31,
            ),
        )
    }
)  # fmt: skip

Fault = Literal["outside_week", "no_such_minutes", "over_day", "over_week"]


def promise_fits(pack: RulePack, weekly_minutes: int) -> bool:
    """Whether a promise of so many minutes a week keeps to the caps of the form."""
    return weekly_minutes > 0 and (pack.weekly_cap_minutes is None or weekly_minutes <= pack.weekly_cap_minutes)


def week_faults(pack: RulePack, week_on: date, minutes: Mapping[date, int]) -> list[Fault]:
    """What is wrong with a week of days and minutes that begins on a Monday; empty when it keeps to the form."""
    faults: list[Fault] = []
    if any(not week_on <= day < week_on + timedelta(days=7) for day in minutes):
        faults.append("outside_week")
    if any(not 0 <= one <= 24 * HOURS for one in minutes.values()):
        faults.append("no_such_minutes")
    if pack.daily_cap_minutes is not None and any(one > pack.daily_cap_minutes for one in minutes.values()):
        faults.append("over_day")
    if pack.weekly_cap_minutes is not None and sum(minutes.values()) > pack.weekly_cap_minutes:
        faults.append("over_week")
    return faults
