"""An organisation can ask for the right to hire, as it asks for the right to sell."""

from alembic import op

revision = "right_to_hire"
down_revision = "work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applications so far asked to sell."""
    op.execute(
        "ALTER TABLE partner_application ADD COLUMN wish VARCHAR(16) DEFAULT 'sells' NOT NULL "
        "CONSTRAINT ck_partner_application_wish CHECK (wish IN ('sells', 'hires'))"
    )


def downgrade() -> None:
    """Who asked to hire is forgotten; the check goes with its column."""
    op.execute("DELETE FROM partner_application WHERE wish <> 'sells'")
    op.execute("ALTER TABLE partner_application DROP COLUMN wish")
