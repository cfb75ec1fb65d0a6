"""unknown: what was taken for a fact of a lead that no client has written, and is none

Revision: 0037, after: 0036
"""

import sqlalchemy as sa

from leadbot.database.migration_steps import in_batches

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

# A lead of a file that has no date of its own bears the moment it was imported.
UNDATED = """
    UPDATE leads SET is_undated = :yes
    WHERE id BETWEEN :first AND :last AND is_undated = :no AND import_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM lead_imports WHERE lead_imports.id = leads.import_id
        AND leads.created_at BETWEEN lead_imports.created_at AND lead_imports.finished_at
    )
"""
# The company's language stood where nobody knew the client's.
UNSPOKEN = """
    UPDATE leads SET language = ''
    WHERE id BETWEEN :first AND :last AND source = 'manual' AND conversation_id IS NULL
    AND language = (SELECT companies.language FROM companies WHERE companies.id = leads.company_id)
"""
FLAGS = (sa.bindparam('yes', True, sa.Boolean), sa.bindparam('no', False, sa.Boolean))


def upgrade():
    def fill(connection, first, last):
        span = {'first': first, 'last': last}
        connection.execute(sa.text(UNDATED).bindparams(*FLAGS), span)
        connection.execute(sa.text(UNSPOKEN), span)

    in_batches('leads', fill)


def downgrade():
    pass
