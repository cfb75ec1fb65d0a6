"""related: the index of further leads, and their key checked

Revision: 0033, after: 0032
"""

import sqlalchemy as sa
from alembic import op

from leadbot.database.migration_steps import create_index, drop_index

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

INDEX = 'ix_leads_company_id_related_lead_id'


def upgrade():
    is_set = sa.text('related_lead_id IS NOT NULL')
    create_index(
        INDEX, 'leads', ['company_id', 'related_lead_id'], sqlite_where=is_set, postgresql_where=is_set
    )
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE leads VALIDATE CONSTRAINT fk_leads_company_id_related_lead_id_leads')


def downgrade():
    drop_index(INDEX, 'leads')
