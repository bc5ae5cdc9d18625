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
    """Who asked to hire is forgotten."""
    op.execute("DELETE FROM partner_application WHERE wish <> 'sells'")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE partner_application DROP COLUMN wish")
        return
    with op.batch_alter_table("partner_application") as table:
        table.drop_constraint("ck_partner_application_wish", type_="check")
        table.drop_column("wish")
