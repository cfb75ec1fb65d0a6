"""truth: leads without a date of their own, what summaries are made of

Revision: 0036, after: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('leads', sa.Column('is_undated', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('leads', sa.Column('told', sa.JSON(), nullable=True))


def downgrade():
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.drop_column('told')
        batch_op.drop_column('is_undated')
