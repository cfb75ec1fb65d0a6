"""openings

Revision: 0013, after: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'openings',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('company_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['company_id'], ['companies.id'], name=op.f('fk_openings_company_id_companies'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_openings')),
        sa.UniqueConstraint('company_id', 'day', name=op.f('uq_openings_company_id_day')),
    )
    op.create_index('ix_leads_company_id_created_at', 'leads', ['company_id', 'created_at'])


def downgrade():
    op.drop_index('ix_leads_company_id_created_at', 'leads')
    op.drop_table('openings')
