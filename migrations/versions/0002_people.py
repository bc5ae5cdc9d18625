"""The tables of the room people."""

revision = "people"
down_revision = "floor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
