"""files: which import brought a lead, so that it can be taken back; tables of leads that the worker writes

Revision: 0029, after: 0028
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session
revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('leads', sa.Column('import_id', sa.Integer(), nullable=True))
    op.add_column('lead_imports', sa.Column('removed', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('lead_imports', sa.Column('finished_at', leadbot.database.session.UtcDateTime(), nullable=True))
    op.create_table('lead_exports',
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('asked', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('running', 'done', 'failed', name='exportstate', native_enum=False, length=20), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('lease_until', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_lead_exports_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_lead_exports_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_exports')),
    sa.UniqueConstraint('key', name=op.f('uq_lead_exports_key'))
    )


def downgrade():
    op.drop_table('lead_exports')
    op.drop_column('leads', 'import_id')
    op.drop_column('lead_imports', 'finished_at')
    op.drop_column('lead_imports', 'removed')
