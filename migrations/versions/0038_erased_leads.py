"""erased_leads: that there was a lead, for who keeps a copy of them

Revision: 0038, after: 0037
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('erased_leads',
    sa.Column('lead_id', sa.Integer(), nullable=False),
    sa.Column('erased_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_erased_leads_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erased_leads')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_erased_leads_company_id_id'), 'erased_leads', ['company_id', 'id'])
    op.create_index(op.f('ix_erased_leads_erased_at'), 'erased_leads', ['erased_at'])


def downgrade():
    op.drop_table('erased_leads')
