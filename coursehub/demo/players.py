"""The people and organisations of the demo; all invented, none of their addresses exists."""

from dataclasses import dataclass, field
from datetime import date, datetime

from coursehub.db import transaction
from coursehub.people import passwords
from coursehub.people.actor import Actor, actor_for
from coursehub.people.models import Organisation, Person
from coursehub.people.operations.organisations import add_member, found_organisation, grant_right
from coursehub.people.operations.partners import PayeeDetails, answer_application, apply_as_partner, give_payee_details
from coursehub.people.operations.partners import open_application as waiting_application
from coursehub.people.operations.persons import accept_texts, add_person

PASSWORD = "ebb and flow, ebb and flow"  # noqa: S105 - of people who do not exist, on demos only

LEARNERS = (
    ("Ada 陈雨桐", "ada", "zh-CN"), ("Theo Maas", "theo", "en"), ("林可", "linke", "zh-CN"), ("周一鸣", "zhouyiming", "zh-CN"),
    ("吴静怡", "wujingyi", "zh-CN"), ("Mira Okafor", "mira", "en"), ("郑凯", "zhengkai", "zh-CN"), ("孙语嫣", "sunyuyan", "zh-CN"),
    ("Jonas Weber", "jonas", "en"), ("何思远", "hesiyuan", "zh-CN"), ("王若溪", "wangruoxi", "zh-CN"), ("李子墨", "lizimo", "zh-CN"),
    ("Sofia Rossi", "sofia", "en"), ("赵天宇", "zhaotianyu", "zh-CN"), ("黄诗涵", "huangshihan", "zh-CN"), ("徐嘉", "xujia", "zh-CN"),
    ("朱明轩", "zhumingxuan", "zh-CN"), ("Lena Novak", "lena", "en"), ("高子涵", "gaozihan", "zh-CN"), ("罗欣", "luoxin", "zh-CN"),
    ("梁博文", "liangbowen", "zh-CN"), ("宋雅", "songya", "zh-CN"), ("Amir Haddad", "amir", "en"), ("唐一帆", "tangyifan", "zh-CN"),
    ("韩雪", "hanxue", "zh-CN"), ("冯远", "fengyuan", "zh-CN"), ("曹安", "caoan", "zh-CN"), ("彭飞", "pengfei", "zh-CN"),
    ("Nora Lindqvist", "nora", "en"), ("袁悦", "yuanyue", "zh-CN"), ("邓超然", "dengchaoran", "zh-CN"), ("许诺", "xunuo", "zh-CN"),
    ("傅晓", "fuxiao", "zh-CN"), ("沈清", "shenqing", "zh-CN"), ("Tomás Silva", "tomas", "en"), ("曾琪", "zengqi", "zh-CN"),
    ("吕浩", "lvhao", "zh-CN"), ("苏文", "suwen", "zh-CN"), ("蒋欣然", "jiangxinran", "zh-CN"), ("蔡宇", "caiyu", "zh-CN"),
    ("贾宁", "jianing", "zh-CN"), ("丁一", "dingyi", "zh-CN"), ("Grace Kim", "grace", "en"), ("魏来", "weilai", "zh-CN"),
)  # fmt: skip


@dataclass
class Players:
    """Everybody in the story, by the names of the cast."""

    house: Organisation
    stan: Person
    fay: Person
    lin: Person
    northwind: Organisation | None = None
    lumen: Organisation | None = None
    others: dict[str, Person] = field(default_factory=dict)
    learners: list[Person] = field(default_factory=list)
    hash: str = ""

    def acting(self, name: str) -> Actor:
        """A member of the cast as they act for their organisation, with the roles they hold now."""
        person = {"stan": self.stan, "fay": self.fay, "lin": self.lin}.get(name) or self.others[name]
        return actor_for(person)

    def learner(self, person: Person) -> Actor:
        """A learner, who acts for nobody but themselves."""
        return Actor(person_id=person.id, locale=person.locale)


def person(name: str, address: str, locale: str, *, at: datetime, password_hash: str) -> Person:
    """Enter one confirmed person."""
    with transaction():
        made = add_person(
            display_name=name, email=f"{address}@example.org", password_hash=password_hash, locale=locale,
            birth_on=date(1990 + sum(map(ord, address)) % 14, 1 + len(address) % 12, 3 + len(name) % 20), at=at,
        )  # fmt: skip
        made.confirmed_at = at
        accept_texts(made, locale=locale, at=at)
    return made


def found_house(*, name: str, name_en: str, slug: str, at: datetime) -> Players:
    """The house with its staff: Stan in every role, Fay in finance, Lin who writes its courses."""
    password_hash = passwords.hash_password(PASSWORD)
    house = found_organisation(name=name, name_en=name_en, slug=slug, is_house=True, at=at)
    grant_right(house, "sells", at=at)
    staff = {}
    for key, shown, roles in (
        ("stan", "Stan 周珊", ("owner", "author", "staff_catalogue", "staff_finance", "staff_support")),
        ("fay", "Fay 钱芳", ("finance", "staff_finance")),
        ("lin", "林知远", ("author", "teacher", "staff_catalogue")),
    ):
        staff[key] = person(shown, key, "zh-CN", at=at, password_hash=password_hash)
        for role in roles:
            add_member(house, staff[key], role, at=at)
    players = Players(house=house, stan=staff["stan"], fay=staff["fay"], lin=staff["lin"], hash=password_hash)
    for key, shown, organisation_name, organisation_en, slug_ in (
        ("emma", "Emma 罗敏", "海港软件", "Harbour Software", "harbour"),
        ("emil", "Emil 沈毅", "灯塔科技", "Beacon Technology", "beacon"),
    ):
        employer = found_organisation(name=organisation_name, name_en=organisation_en, slug=slug_, at=at)
        for right in ("hires", "member"):
            grant_right(employer, right, at=at)
        players.others[key] = person(shown, key, "zh-CN", at=at, password_hash=password_hash)
        add_member(employer, players.others[key], "hr", at=at)
        add_member(employer, players.others[key], "owner", at=at)
    return players


def _partner(
    players: Players,
    *,
    name: str,
    name_en: str,
    slug: str,
    members: tuple[tuple[str, str, str, tuple[str, ...]], ...],
    at: datetime,
) -> Organisation:
    """An organisation whose first member owns it applies, is approved and gives its bank details."""
    organisation = found_organisation(name=name, name_en=name_en, slug=slug, at=at)
    for key, shown, locale, roles in members:
        players.others[key] = person(shown, key, locale, at=at, password_hash=players.hash)
        for role in roles:
            add_member(organisation, players.others[key], role, at=at)
    owner = members[0][0]
    apply_as_partner(
        organisation, about=f"{name} / {name_en}", website=f"https://{slug}.example.org", by=players.acting(owner), at=at
    )
    application = waiting_application(organisation.id)
    if application is None:
        raise LookupError("the application has gone")
    answer_application(application, approve=True, reason="", by=players.acting("stan"), at=at)
    details = PayeeDetails(
        holder=name,
        bank="示例银行上海分行",
        account="6200000000001234",
        tax_number="91310000EXAMPLE0X",
        country="CN",
        bank_code="102290000001",
    )
    give_payee_details(organisation, details, by=players.acting(owner), at=at)
    return organisation


def welcome_northwind(players: Players, *, at: datetime) -> None:
    """Northwind becomes a partner: Pia owns and writes, Tara teaches, Finn does finance."""
    members = (
        ("pia", "Pia 贝琳", "en", ("owner", "author")),
        ("tara", "Tara 吴桐", "zh-CN", ("teacher",)),
        ("finn", "Finn 欧文", "en", ("finance",)),
    )
    players.northwind = _partner(players, name="北风编程", name_en="Northwind", slug="northwind", members=members, at=at)


def welcome_lumen(players: Players, *, at: datetime) -> None:
    """Lumen becomes a partner: Eve owns, writes and teaches."""
    members = (("eve", "Eve 莫瑶", "zh-CN", ("owner", "author", "teacher", "finance")),)
    players.lumen = _partner(players, name="流明数据", name_en="Lumen", slug="lumen", members=members, at=at)


def welcome_learner(players: Players, number: int, *, at: datetime) -> Person:
    """The next learner of the list signs up."""
    name, address, locale = LEARNERS[number]
    made = person(name, address, locale, at=at, password_hash=players.hash)
    players.learners.append(made)
    return made
