"""telegram: where the bot's updates have been read to

Revision: 0016, after: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('telegram_bots',
    sa.Column('bot_id', sa.String(length=32), nullable=False),
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('next_update_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('bot_id', name=op.f('pk_telegram_bots'))
    )


def downgrade():
    op.drop_table('telegram_bots')
