"""The tables of the room sales."""

revision = "sales"
down_revision = "contracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
