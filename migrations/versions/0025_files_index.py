"""files index: the leads of an import, by itself since PostgreSQL makes it while others write

Revision: 0025, after: 0024
"""

import sqlalchemy as sa

from leadbot.database.migration_steps import create_index, drop_index

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

INDEX = 'ix_leads_company_id_import_id'


def upgrade():
    is_set = sa.text('import_id IS NOT NULL')
    create_index(INDEX, 'leads', ['company_id', 'import_id'], sqlite_where=is_set, postgresql_where=is_set)


def downgrade():
    drop_index(INDEX, 'leads')
