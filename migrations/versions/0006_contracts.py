"""The tables of the room contracts."""

revision = "contracts"
down_revision = "learning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
