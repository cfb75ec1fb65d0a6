"""reservations run out by the clock

Revision: 0008, after: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('model_usage', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reserved_before', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('period', sa.Integer(), nullable=False, server_default='0'))


def downgrade():
    with op.batch_alter_table('model_usage', schema=None) as batch_op:
        batch_op.drop_column('period')
        batch_op.drop_column('reserved_before')
