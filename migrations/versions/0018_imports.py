"""imports: files of leads that the worker takes over

Revision: 0018, after: 0017
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('lead_imports',
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('running', 'done', 'stopped', name='importstate', native_enum=False, length=20), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('imported', sa.Integer(), nullable=False),
    sa.Column('lease_until', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_lead_imports_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_lead_imports_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_imports')),
    sa.UniqueConstraint('key', name=op.f('uq_lead_imports_key'))
    )


def downgrade():
    op.drop_table('lead_imports')
