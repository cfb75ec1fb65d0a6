"""turns: new leads given to people one after the other

Revision: 0021, after: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('deals_to', sa.String(length=10), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('dealt_to_id', sa.Integer(), nullable=True))
    op.add_column('leads', sa.Column('is_dealt', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    op.drop_column('leads', 'is_dealt')
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.drop_column('dealt_to_id')
        batch_op.drop_column('deals_to')
