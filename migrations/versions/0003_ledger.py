"""The books: tables, and the triggers that keep them balanced, final and chained."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "ledger"
down_revision = "people"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("party", sa.String(16), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("code", "party", "currency", name=op.f("account_is_one")),
        sa.UniqueConstraint("id", "currency", name=op.f("account_has_one_currency")),
        sa.CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense', 'memo')", name=op.f("ck_account_kind_known")),
        sa.CheckConstraint("substr(code, 1, length(kind) + 1) = kind || ':'", name=op.f("ck_account_code_begins_with_kind")),
        sa.CheckConstraint("length(currency) = 3 AND currency = upper(currency)", name=op.f("ck_account_currency_code")),
    )
    op.create_table(
        "journal",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("effect_key", sa.String(200), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms_hash", sa.String(64), nullable=True),
        sa.Column("reverses", BIG, nullable=True),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("effect_key", name=op.f("journal_effect_happens_once")),
        sa.ForeignKeyConstraint(["reverses"], ["journal.id"], name=op.f("journal_reverses_fkey")),
        sa.CheckConstraint("id > 0", name=op.f("ck_journal_numbered")),
        sa.CheckConstraint("reverses IS NULL OR reverses < id", name=op.f("ck_journal_reverses_the_past")),
        sa.CheckConstraint("kind <> 'correction' OR reverses IS NOT NULL", name=op.f("ck_journal_correction_names_its_journal")),
    )
    op.create_index("journal_by_occurred_at", "journal", ["occurred_at"])
    op.create_index("journal_by_reverses", "journal", ["reverses"])
    op.create_index(
        "journal_is_corrected_once",
        "journal",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("kind = 'correction'"),
        postgresql_where=sa.text("kind = 'correction'"),
    )
    op.create_table(
        "posting",
        sa.Column("journal_id", BIG, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("term_path", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("journal_id", "n", name=op.f("pk_posting")),
        sa.ForeignKeyConstraint(
            ["journal_id"],
            ["journal.id"],
            name=op.f("posting_journal_fkey"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "currency"], ["account.id", "account.currency"], name=op.f("posting_account_fkey")
        ),
        sa.CheckConstraint("n > 0", name=op.f("ck_posting_numbered")),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_posting_moves_something")),
        sa.CheckConstraint(
            "amount_minor BETWEEN -9007199254740991 AND 9007199254740991", name=op.f("ck_posting_amount_is_exact")
        ),
    )
    op.create_index("posting_by_account", "posting", ["account_id", "journal_id"])
    op.create_table(
        "balance",
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("posted_minor", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_balance")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("balance_account_fkey")),
    )
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.String(16), nullable=False),
        sa.Column("height", BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_head")),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_head_one_row")),
        sa.CheckConstraint("height >= 0", name=op.f("ck_chain_head_height_counts")),
    )
    for statement in _guards():
        op.execute(statement)


def downgrade() -> None:
    for table in ("chain_head", "balance", "posting", "journal", "account"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in (
            "ledger_is_final",
            "ledger_account_begins",
            "ledger_book_begins",
            "ledger_head_moves",
            "ledger_posting_is_next",
            "ledger_journal_is_sound",
            "ledger_reversal_is_sound",
            "ledger_journal_closes",
        ):
            op.execute(f"DROP FUNCTION {function}()")


def _guards() -> Sequence[str]:
    return SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL


# What a reversal may do, in SQL that both databases speak. Accounts of kind asset
# and expense are free: a rail takes back the gross and keeps its fee.
MOVED = """
    SELECT p.account_id, sum(p.amount_minor) AS moved
      FROM posting p JOIN account a ON a.id = p.account_id
     WHERE p.journal_id = NEW.reverses AND a.kind IN ('liability', 'income', 'memo')
     GROUP BY p.account_id"""
# The reversals of a journal so far, and what in turn took them back.
TAKEN_BACK = """
    SELECT coalesce(sum(p.amount_minor), 0) FROM posting p
     WHERE p.account_id = was.account_id AND p.journal_id IN (
           SELECT NEW.id
            UNION ALL SELECT j.id FROM journal j WHERE j.reverses = NEW.reverses
            UNION ALL SELECT k.id FROM journal j JOIN journal k ON k.reverses = j.id
                       WHERE j.reverses = NEW.reverses)"""
ADDS = f"""
    SELECT 1 FROM posting p JOIN ({MOVED}) was ON was.account_id = p.account_id
     WHERE p.journal_id = NEW.id AND (p.amount_minor > 0) = (was.moved > 0)"""
EXCEEDS = f"""
    SELECT 1 FROM ({MOVED}) was
     WHERE (was.moved < 0 AND was.moved + ({TAKEN_BACK}) > 0)
        OR (was.moved > 0 AND was.moved + ({TAKEN_BACK}) < 0)"""
DIFFERS = """
    SELECT 1 FROM posting p WHERE p.journal_id IN (NEW.id, NEW.reverses)
     GROUP BY p.account_id HAVING sum(p.amount_minor) <> 0"""
UNBALANCED = """
    SELECT 1 FROM posting p WHERE p.journal_id = NEW.id
     GROUP BY p.currency HAVING sum(p.amount_minor) <> 0"""
NOT_NEXT = "SELECT 1 FROM chain_head h WHERE h.height = NEW.id - 1 AND h.hash = NEW.prev_hash"
CLOSE_HEAD = "UPDATE chain_head SET height = NEW.id, hash = NEW.hash"
CLOSE_BALANCES = """
    UPDATE balance SET version = version + 1, posted_minor = posted_minor + (
           SELECT sum(p.amount_minor) FROM posting p
            WHERE p.journal_id = NEW.id AND p.account_id = balance.account_id)
     WHERE account_id IN (SELECT p.account_id FROM posting p WHERE p.journal_id = NEW.id)"""
HEAD_MOVES = """
    NEW.id = OLD.id AND NEW.book = OLD.book AND NEW.height = OLD.height + 1
    AND EXISTS (SELECT 1 FROM journal j WHERE j.id = NEW.height AND j.hash = NEW.hash)"""

# Each rule with the words that a broken one is refused with.
RULES = {
    "not_next": "ledger: a journal follows the head of the chain",
    "one_leg": "ledger: a journal has at least two postings",
    "unbalanced": "ledger: a journal adds up to zero in each currency",
    "adds": "ledger: a reversal takes back and never adds",
    "exceeds": "ledger: no leg is reversed beyond what remains of it",
    "differs": "ledger: a correction takes back every leg exactly",
    "late": "ledger: postings belong to the next journal only",
    "final": "ledger: what is booked is final",
    "head": "ledger: the head of the chain moves only with a journal",
}


def _refuse(rule: str, condition: str) -> str:
    return f"SELECT RAISE(ABORT, '{RULES[rule]}') WHERE {condition};"


def _sqlite_final(table: str, key: str) -> list[str]:
    """No edit, no deletion, and no INSERT OR REPLACE, which would skip the deletion's trigger."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{RULES['final']}'); END"
    return [
        f"CREATE TRIGGER {table}_is_not_edited BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_not_deleted BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_not_replaced BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} x WHERE {key}) {refuse}",
    ]


SQLITE = [
    *_sqlite_final("account", "x.id = NEW.id OR (x.code = NEW.code AND x.party = NEW.party AND x.currency = NEW.currency)"),
    *_sqlite_final("journal", "x.id = NEW.id OR x.effect_key = NEW.effect_key"),
    *_sqlite_final("posting", "x.journal_id = NEW.journal_id AND x.n = NEW.n"),
    """CREATE TRIGGER account_begins AFTER INSERT ON account
        BEGIN INSERT INTO balance (account_id, posted_minor, version) VALUES (NEW.id, 0, 0); END""",
    f"""CREATE TRIGGER posting_is_next BEFORE INSERT ON posting
        WHEN NEW.journal_id IS NOT (SELECT height + 1 FROM chain_head)
        BEGIN SELECT RAISE(ABORT, '{RULES["late"]}'); END""",
    f"""CREATE TRIGGER journal_is_sound BEFORE INSERT ON journal BEGIN
        {_refuse("not_next", f"NOT EXISTS ({NOT_NEXT})")}
        {_refuse("one_leg", "(SELECT count(*) FROM posting p WHERE p.journal_id = NEW.id) < 2")}
        {_refuse("unbalanced", f"EXISTS ({UNBALANCED})")}
        END""",
    f"""CREATE TRIGGER journal_reversal_is_sound BEFORE INSERT ON journal WHEN NEW.reverses IS NOT NULL BEGIN
        {_refuse("adds", f"EXISTS ({ADDS})")}
        {_refuse("exceeds", f"EXISTS ({EXCEEDS})")}
        {_refuse("differs", f"NEW.kind = 'correction' AND EXISTS ({DIFFERS})")}
        END""",
    f"CREATE TRIGGER journal_closes AFTER INSERT ON journal BEGIN {CLOSE_HEAD}; {CLOSE_BALANCES}; END",
    f"""CREATE TRIGGER chain_head_begins BEFORE INSERT ON chain_head
        WHEN NEW.height <> 0 OR EXISTS (SELECT 1 FROM chain_head) OR EXISTS (SELECT 1 FROM journal)
        BEGIN SELECT RAISE(ABORT, '{RULES["head"]}'); END""",
    f"""CREATE TRIGGER chain_head_moves BEFORE UPDATE ON chain_head WHEN NOT ({HEAD_MOVES})
        BEGIN SELECT RAISE(ABORT, '{RULES["head"]}'); END""",
    f"""CREATE TRIGGER chain_head_stays BEFORE DELETE ON chain_head
        BEGIN SELECT RAISE(ABORT, '{RULES["head"]}'); END""",
]


def _function(name: str, body: str, declare: str = "") -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {declare} BEGIN {body} END $$"


def _if(condition: str, rule: str) -> str:
    return f"IF {condition} THEN RAISE EXCEPTION '{RULES[rule]}' USING ERRCODE = 'check_violation'; END IF;"


def _postgresql_final(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_is_final()",
        f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()",
    ]


POSTGRESQL = [
    _function("ledger_is_final", _if("true", "final") + " RETURN NULL;"),
    *_postgresql_final("account"),
    *_postgresql_final("journal"),
    *_postgresql_final("posting"),
    _function(
        "ledger_account_begins",
        "INSERT INTO balance (account_id, posted_minor, version) VALUES (NEW.id, 0, 0); RETURN NULL;",
    ),
    "CREATE TRIGGER account_begins AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION ledger_account_begins()",
    # The head is locked here too, so that nobody slips a leg in while a header is being written.
    _function(
        "ledger_posting_is_next",
        f"""SELECT height + 1 INTO next_id FROM chain_head FOR UPDATE;
        {_if("EXISTS (SELECT 1 FROM added WHERE journal_id IS DISTINCT FROM next_id)", "late")} RETURN NULL;""",
        "DECLARE next_id bigint;",
    ),
    "CREATE TRIGGER posting_is_next AFTER INSERT ON posting REFERENCING NEW TABLE AS added "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_is_next()",
    _function(
        "ledger_journal_is_sound",
        f"""PERFORM 1 FROM chain_head FOR UPDATE;
        {_if(f"NOT EXISTS ({NOT_NEXT})", "not_next")}
        {_if("(SELECT count(*) FROM posting p WHERE p.journal_id = NEW.id) < 2", "one_leg")}
        {_if(f"EXISTS ({UNBALANCED})", "unbalanced")} RETURN NEW;""",
    ),
    "CREATE TRIGGER journal_is_sound BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION ledger_journal_is_sound()",
    _function(
        "ledger_reversal_is_sound",
        f"""{_if(f"EXISTS ({ADDS})", "adds")} {_if(f"EXISTS ({EXCEEDS})", "exceeds")}
        {_if(f"NEW.kind = 'correction' AND EXISTS ({DIFFERS})", "differs")} RETURN NEW;""",
    ),
    "CREATE TRIGGER journal_reversal_is_sound BEFORE INSERT ON journal FOR EACH ROW "
    "WHEN (NEW.reverses IS NOT NULL) EXECUTE FUNCTION ledger_reversal_is_sound()",
    _function("ledger_journal_closes", f"{CLOSE_HEAD}; {CLOSE_BALANCES}; RETURN NULL;"),
    "CREATE TRIGGER journal_closes AFTER INSERT ON journal FOR EACH ROW EXECUTE FUNCTION ledger_journal_closes()",
    _function(
        "ledger_book_begins",
        f"""{_if("NEW.height <> 0 OR EXISTS (SELECT 1 FROM journal)", "head")} RETURN NEW;""",
    ),
    "CREATE TRIGGER chain_head_begins BEFORE INSERT ON chain_head FOR EACH ROW EXECUTE FUNCTION ledger_book_begins()",
    _function(
        "ledger_head_moves",
        f"IF TG_OP <> 'UPDATE' THEN {_if('true', 'head')} END IF; {_if(f'NOT ({HEAD_MOVES})', 'head')} RETURN NEW;",
    ),
    "CREATE TRIGGER chain_head_moves BEFORE UPDATE OR DELETE ON chain_head FOR EACH ROW EXECUTE FUNCTION ledger_head_moves()",
    "CREATE TRIGGER chain_head_is_not_emptied BEFORE TRUNCATE ON chain_head "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_head_moves()",
]
