"""The tables of the room learning."""

revision = "learning"
down_revision = "catalog"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
