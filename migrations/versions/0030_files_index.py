"""files index: the leads of an import, by itself since PostgreSQL makes it while others write

Revision: 0030, after: 0029
"""

import sqlalchemy as sa

from leadbot.database.migration_steps import create_index, drop_index

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

INDEX = 'ix_leads_company_id_import_id'


def upgrade():
    is_set = sa.text('import_id IS NOT NULL')
    create_index(INDEX, 'leads', ['company_id', 'import_id'], sqlite_where=is_set, postgresql_where=is_set)


def downgrade():
    drop_index(INDEX, 'leads')
