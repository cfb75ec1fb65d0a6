"""model usage

Revision: 0003, after: 0002
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('model_usage',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('bot_user_id', sa.Integer(), nullable=False),
    sa.Column('tokens_in', sa.Integer(), nullable=False),
    sa.Column('tokens_out', sa.Integer(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('reserved', sa.Integer(), nullable=False),
    sa.Column('last_sent', sa.Text(), nullable=True),
    sa.Column('last_sent_at', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_model_usage_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_usage')),
    sa.UniqueConstraint('company_id', 'day', 'bot_user_id', name=op.f('uq_model_usage_company_id_day_bot_user_id'))
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tokens_in', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('tokens_out', sa.Integer(), nullable=True))


def downgrade():
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_column('tokens_out')
        batch_op.drop_column('tokens_in')

    op.drop_table('model_usage')
