"""digest: what a day begins with

Revision: 0020, after: 0019
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('morning_digest', sa.Boolean(), nullable=False, server_default=sa.true()))
        # long ago: the worker sets it to the next morning and tells nobody
        batch_op.add_column(sa.Column('digest_at', leadbot.database.session.UtcDateTime(), nullable=False, server_default='2000-01-01 00:00:00'))
    op.create_index('ix_companies_digest_at', 'companies', ['digest_at'])


def downgrade():
    op.drop_index('ix_companies_digest_at', 'companies')
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.drop_column('digest_at')
        batch_op.drop_column('morning_digest')
