"""bot versions

Revision: 0004, after: 0003
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('bot_versions',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_bot_versions_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_bot_versions_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bot_versions')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_bot_versions_company_id_number'))
    )
    op.create_table('scenarios',
    sa.Column('conversation_id', sa.Integer(), nullable=False),
    sa.Column('episode', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('turns', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'conversation_id'], ['conversations.company_id', 'conversations.id'], name=op.f('fk_scenarios_company_id_conversation_id_conversations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_scenarios_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_scenarios_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenarios')),
    sa.UniqueConstraint('company_id', 'id', name=op.f('uq_scenarios_company_id_id')),
    sa.UniqueConstraint('conversation_id', 'episode', name=op.f('uq_scenarios_conversation_id_episode'))
    )


def downgrade():
    op.drop_table('scenarios')
    op.drop_table('bot_versions')
