"""presence: where the two sides of a talk are

Revision: 0031, after: 0030
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('talk_presences',
    sa.Column('conversation_id', sa.Integer(), nullable=False),
    sa.Column('delivered_seq', sa.Integer(), nullable=False),
    sa.Column('read_seq', sa.Integer(), nullable=False),
    sa.Column('left_at', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('typing_at', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('manager_typing_at', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'conversation_id'], ['conversations.company_id', 'conversations.id'], name=op.f('fk_talk_presences_company_id_conversation_id_conversations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_talk_presences_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_presences')),
    sa.UniqueConstraint('conversation_id', name=op.f('uq_talk_presences_conversation_id'))
    )


def downgrade():
    op.drop_table('talk_presences')
