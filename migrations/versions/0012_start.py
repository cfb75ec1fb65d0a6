"""start

Revision: 0012, after: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('start_is_over', sa.Boolean(), nullable=False, server_default=sa.false()))
    # who has leads already knows the way
    op.get_bind().execute(
        sa.text('UPDATE companies SET start_is_over = true WHERE id IN (SELECT company_id FROM leads)')
    )


def downgrade():
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.drop_column('start_is_over')
