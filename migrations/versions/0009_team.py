"""team

Revision: 0009, after: 0008
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_enabled', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('removed_at', leadbot.database.session.UtcDateTime(), nullable=True))
    op.create_table(
        'one_time_links',
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('key_hash', sa.String(length=64), nullable=False),
        sa.Column('email', sa.String(length=254), nullable=True),
        sa.Column('role', sa.String(length=20), nullable=True),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('expires_at', leadbot.database.session.UtcDateTime(), nullable=False),
        sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('company_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_one_time_links_company_id_companies'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['company_id', 'made_by_id'], ['users.company_id', 'users.id'], name=op.f('fk_one_time_links_company_id_made_by_id_users')),
        sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_one_time_links_company_id_user_id_users'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_links')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_one_time_links_key_hash')),
    )
    with op.batch_alter_table('one_time_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_links_company_id_kind'), ['company_id', 'kind'], unique=False)


def downgrade():
    op.drop_table('one_time_links')
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_column('removed_at')
        batch_op.drop_column('is_enabled')
