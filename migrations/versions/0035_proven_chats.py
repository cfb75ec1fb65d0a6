"""proven_chats: Telegram chats from which a code of the company's was sent

Revision: 0035, after: 0034
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('proven_chats',
    sa.Column('chat_id', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=128), nullable=False),
    sa.Column('proven_by_id', sa.Integer(), nullable=True),
    sa.Column('proven_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'proven_by_id'], ['users.company_id', 'users.id'], name=op.f('fk_proven_chats_company_id_proven_by_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_proven_chats_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proven_chats')),
    sa.UniqueConstraint('company_id', 'chat_id', name=op.f('uq_proven_chats_company_id_chat_id'))
    )


def downgrade():
    op.drop_table('proven_chats')
