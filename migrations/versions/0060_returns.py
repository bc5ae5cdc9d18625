"""What a bank gives back of a sale comes again on the legs of that sale, at most what had gone of each."""

from alembic import op

revision = "returns"
down_revision = "bundle_ways"
branch_labels = None
depends_on = None

ADDS, EXCEEDS, AGAIN, DIFFERS = (
    "ledger: a reversal takes back and never adds",
    "ledger: no leg is reversed beyond what remains of it",
    "ledger: no leg comes again beyond what went back of it",
    "ledger: a correction takes back every leg exactly",
)
RETURN = "NEW.kind = 'reinstated'"
"""The one kind of journal that may go either way on the legs it points at."""

MOVED = """
    SELECT p.account_id, sum(p.amount_minor) AS moved
      FROM posting p JOIN account a ON a.id = p.account_id
     WHERE p.journal_id = NEW.reverses AND a.kind IN ('liability', 'income', 'memo')
     GROUP BY p.account_id"""
TAKEN_BACK = """
    SELECT coalesce(sum(p.amount_minor), 0) FROM posting p
     WHERE p.account_id = was.account_id AND p.journal_id IN (
           SELECT NEW.id
            UNION ALL SELECT j.id FROM journal j WHERE j.reverses = NEW.reverses
            UNION ALL SELECT k.id FROM journal j JOIN journal k ON k.reverses = j.id
                       WHERE j.reverses = NEW.reverses)"""
IS_ADDED = f"""
    SELECT 1 FROM posting p JOIN ({MOVED}) was ON was.account_id = p.account_id
     WHERE p.journal_id = NEW.id AND (p.amount_minor > 0) = (was.moved > 0)"""
IS_EXCEEDED = f"""
    SELECT 1 FROM ({MOVED}) was
     WHERE (was.moved < 0 AND was.moved + ({TAKEN_BACK}) > 0)
        OR (was.moved > 0 AND was.moved + ({TAKEN_BACK}) < 0)"""
IS_MORE = f"""
    SELECT 1 FROM ({MOVED}) was
     WHERE (was.moved < 0 AND ({TAKEN_BACK}) < 0) OR (was.moved > 0 AND ({TAKEN_BACK}) > 0)"""
IS_OTHER = """
    SELECT 1 FROM posting p WHERE p.journal_id IN (NEW.id, NEW.reverses)
     GROUP BY p.account_id HAVING sum(p.amount_minor) <> 0"""

BEFORE = ((f"EXISTS ({IS_ADDED})", ADDS), (f"EXISTS ({IS_EXCEEDED})", EXCEEDS))
AFTER = (
    (f"NOT ({RETURN}) AND EXISTS ({IS_ADDED})", ADDS),
    (f"EXISTS ({IS_EXCEEDED})", EXCEEDS),
    (f"{RETURN} AND EXISTS ({IS_MORE})", AGAIN),
)
CORRECTION = (f"NEW.kind = 'correction' AND EXISTS ({IS_OTHER})", DIFFERS)


def upgrade() -> None:
    _refuse(*AFTER, CORRECTION)


def downgrade() -> None:
    _refuse(*BEFORE, CORRECTION)


def _refuse(*rules: tuple[str, str]) -> None:
    """What a journal that takes another back may not do, each with the words it is refused with."""
    if op.get_bind().dialect.name == "sqlite":
        told = "\n".join(f"SELECT RAISE(ABORT, '{words}') WHERE {broken};" for broken, words in rules)
        op.execute("DROP TRIGGER journal_reversal_is_sound")
        op.execute(
            f"CREATE TRIGGER journal_reversal_is_sound BEFORE INSERT ON journal WHEN NEW.reverses IS NOT NULL BEGIN\n{told}\nEND"
        )
    else:
        told = " ".join(
            f"IF {broken} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; END IF;" for broken, words in rules
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION ledger_reversal_is_sound() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {told} RETURN NEW; END $$"
        )
