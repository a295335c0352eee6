"""Where the sealed rows are: few among many, and the one before another is asked for when a stream begins."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.execute("CREATE INDEX ledger_sealed ON ledger (seq) WHERE visibility = 'sealed'")
