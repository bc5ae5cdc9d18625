"""The compiler refuses what leaves a case open, and says how to mend it."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub import config
from coursehub.contracts.compiler import compile_terms, keeps_from_hiring
from coursehub.contracts.operations import propose_terms
from coursehub.contracts.terms import TermsRefused
from coursehub.people.operations.partners import PayeeDetails, give_payee_details
from coursehub.rails import Payee, account_rail

from . import strategies
from .rig import agree, course_of, terms_data
from .test_waterfall import JOINT

PAY_A = {"kind": "pay", "party": "a"}


def changed(path, value):
    """The joint terms with one place changed; None removes it."""
    data = copy.deepcopy(JOINT)
    *way, last = path.split(".")
    holder = data
    for key in way:
        holder = holder[int(key)] if key.isdigit() else holder[key]
    if value is None:
        del holder[last]
    else:
        holder[int(last) if last.isdigit() else last] = value
    return data


REFUSED = [
    ("split.rest", None, "/split/rest", "Nothing says who gets the rest"),
    ("rates.rest", None, "/rates/rest", "Nothing says who gets the rest"),
    ("split.items.0.then.rest", None, "/split/items/0/then/rest", "Nothing says who gets the rest"),
    ("discount.rest", None, "/discount/rest", "Nothing says who gets the rest"),
    ("hold", None, "/hold", "“hold” is missing"),
    ("split.items", [{"label": "makers", "share_bps": 6000, "then": PAY_A}, {"label": "teachers", "share_bps": 4250, "then": PAY_A}],
     "/split/items", "Lower them by 2.5 points"),
    ("split.items", [{"label": "makers", "share_bps": 10, "then": PAY_A}, {"label": "makers", "share_bps": 10, "then": PAY_A}],
     "/split/items", "Two shares are for “makers”"),
    ("rates.rest.share_bps", 10_001, "/rates/rest/share_bps", "between 0 and 10000"),
    ("rates.channels", [{"channel": "coupon", "share_bps": 1, "cap_minor": None}] * 2, "/rates/channels", "Two rates answer"),
    ("rates.party", "a", "/rates/party", "Name the house"),
    ("split.rest", {"kind": "pay", "party": "zz"}, "/split/rest/party", "is not a party"),
    ("split.rest", PAY_A, "/parties/2", "Nothing in these terms gives 乙 a share"),
    ("base.deduct", ["rail_fee"], "/base/deduct", "Tax belongs to the state"),
    ("base.deduct", ["tax", "marketing"], "/base/deduct/1", "Choose one of"),
    ("base.deduct", ["tax", "tax"], "/base/deduct", "stands here twice"),
    ("scope.courses", [], "/scope/courses", "cover no course"),
    ("scope.events", [], "/scope/events", "answer no kind of event"),
    ("fixed", [{"party": "a", "amount_minor": 1}, {"party": "a", "amount_minor": 2}], "/fixed", "two fixed amounts"),
    ("governance.signers", ["house", "a"], "/governance/signers", "乙 is bound but does not sign"),
    ("governance.signers", ["house", "a", "b", "b"], "/governance/signers", "sign twice"),
    ("parties.1.side", "house", "/parties", "Exactly one party is the house"),
    ("currency", "XYZ", "/currency", "is not a currency"),
    ("payday", {"every": "month", "minimum_minor": 99}, "/payday/minimum_minor", "sends nothing below 1.00 CNY"),
    ("currency", "KWD", "/currency", "No payment in KWD can be taken or paid here"),
    ("starts", "2026-02-30T00:00:00Z", "/starts", "There is no such day"),
    ("starts", "2026-05-01", "/starts", "2026-05-01T00:00:00Z"),
    ("starts", "2026-05-01T00:00:00+8", "/starts", "in universal time: 2026-05-01T00:00:00Z"),
    ("discount.opted_in", [{"party": "zz", "floor_price_minor": 0}], "/discount/opted_in/0/party", "is not a party"),
    ("surprise", 1, "/surprise", "is not known here"),
    ("scope.events", ["sale", "period"], "/pool", "Nothing says how the course's part of a pass is reckoned"),
    ("pool", {"rule": "minutes_each", "floor_minutes": 5, "unused": "house"}, "/scope/events", "they are not covered"),
    ("pool", {"rule": "shapley", "floor_minutes": 5, "unused": "house"}, "/pool/rule", "Choose one of"),
    ("note", "双方互不招聘对方员工。", "/note", "unlawful"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "path", "words"), REFUSED)
def test_a_gap_an_overlap_or_nonsense_is_refused_with_a_way_to_mend_it(app, place, value, path, words):
    with app.test_request_context(headers={"Accept-Language": "en"}), pytest.raises(TermsRefused) as refused:
        compile_terms(changed(place, value))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        said = {problem.path: str(problem) for problem in refused.value.problems}
    assert words in said.get(path, ""), said


def test_a_partner_cannot_bear_a_fee_that_the_house_has_paid_already(app):
    data = changed("base.deduct", ["tax"])
    data["refund_fee"] = {"bearer": "a"}
    with pytest.raises(TermsRefused) as refused:
        compile_terms(data)
    assert [problem.path for problem in refused.value.problems] == ["/refund_fee/bearer"]


def test_every_problem_is_told_at_once():
    data = changed("split.rest", None)
    data["hold"] = {"days": -1}
    with pytest.raises(TermsRefused) as refused:
        compile_terms(data)
    assert {problem.path for problem in refused.value.problems} == {"/split/rest", "/hold/days"}


@pytest.mark.parametrize("text", [
    "不得招聘对方员工", "双方互不挖角", "禁止聘用", "招聘对方学员须经我方同意", "录用前须征询对方", "竞业限制两年",
    "Neither side shall hire the other's staff.", "no-poach", "Non-solicitation for two years", "ask us before hiring our people",
    "The partner may not recruit learners", "Hiring of graduates needs our consent", "ＮＯ  ＨＩＲＥ", "do not\nsolicit",
])  # fmt: skip
def test_wording_that_keeps_people_from_being_hired_is_found(text):
    assert keeps_from_hiring(text)


@pytest.mark.parametrize("text", [
    "", "每季度复盘一次。", "我们会培训新的老师。", "We meet every quarter.", "The employer pays within 30 days.", "授课安排须提前通知学员。",
])  # fmt: skip
def test_ordinary_wording_is_left_alone(text):
    assert not keeps_from_hiring(text)


@given(strategies.terms())
@settings(max_examples=80, deadline=None)
def test_what_the_strategies_make_is_accepted(data):
    compile_terms(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4)))  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_any_data_at_all_is_accepted_or_refused_and_never_a_crash(data):
    with pytest.raises(TermsRefused):
        compile_terms(data)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("payee", "payable"),
    [(Payee("CN", {"CNY": False}), False), (Payee("CN", {"EUR": True}), True), (Payee("DE", {"CNY": False}), True)],
)
def test_a_partner_whom_no_rail_can_pay_in_the_currency_is_refused(payee, payable):
    euros = {**JOINT, "currency": "EUR"}
    assert compile_terms(euros).currency == "EUR", "whoever has not said where it is paid can still say so"
    if payable:
        compile_terms(euros, payees={"a": payee})
    else:
        with pytest.raises(TermsRefused) as refused:
            compile_terms(euros, payees={"a": payee})
        assert [(each.path, "cannot be paid in EUR" in str(each.message)) for each in refused.value.problems] == [
            ("/currency", True)
        ]


def test_who_offers_terms_reads_that_the_partner_cannot_be_paid_so(cast, at):
    course = course_of(cast.northwind, "async", at)
    contract, _terms = agree(cast, course, at)
    euros = terms_data(cast.house, cast.northwind, course, currency="EUR")
    details = PayeeDetails("北风", "中国银行", "6217000010001234567", "91310000MA1K00000X", "CN")
    give_payee_details(cast.northwind, details, by=cast.acting(cast.finn), at=at)
    with pytest.raises(TermsRefused):
        propose_terms(contract, by=cast.acting(cast.pia), terms=euros, at=at)
    details = PayeeDetails("Northwind", "Bank", "DE89370400440532013000", "DE123", "DE")
    give_payee_details(cast.northwind, details, by=cast.acting(cast.finn), at=at)
    assert propose_terms(contract, by=cast.acting(cast.pia), terms=euros, at=at).state == "open"


def test_a_platform_at_home_elsewhere_pays_at_home_alone(app):
    assert {"DE", "US", "GB"} <= set(account_rail("stripe").countries()) and not {"CN", "HK", "IS"} & set(
        account_rail("stripe").countries()
    )
    with app.app_context():
        settings = config.current_settings()
        object.__setattr__(settings, "stripe_country", "HK")
        try:
            assert account_rail("stripe").countries() == ("HK",)
        finally:
            object.__setattr__(settings, "stripe_country", "")
