"""An enrolment that a refund gave back to a pass may be bought again: only paid orders hold one each."""

import sqlalchemy as sa
from alembic import op

revision = "bought_beside_a_pass"
down_revision = "instalments"
branch_labels = None
depends_on = None

HOLDS = sa.text("state IN ('paid', 'free')")


def upgrade() -> None:
    op.drop_index(op.f("ix_order_enrolment_id"), "order")
    op.create_index(op.f("ix_order_enrolment_id"), "order", ["enrolment_id"], unique=False)
    op.create_index("uq_order_enrolment", "order", ["enrolment_id"], unique=True, sqlite_where=HOLDS, postgresql_where=HOLDS)


def downgrade() -> None:
    op.drop_index("uq_order_enrolment", "order")
    op.drop_index(op.f("ix_order_enrolment_id"), "order")
    op.create_index(op.f("ix_order_enrolment_id"), "order", ["enrolment_id"], unique=True)
