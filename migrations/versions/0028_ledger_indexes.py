"""ledger_indexes: what the ledger counts, by company and day

Revision: 0028, after: 0027
"""

import sqlalchemy as sa

from leadbot.database.migration_steps import create_index, drop_index

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

COUNTED = (
    ('messages', ['company_id', 'answered_by', 'created_at'], "author = 'client'"),
    ('conversations', ['company_id', 'source'], "source = 'test'"),
    ('deliveries', ['company_id', 'lead_id', 'event', 'state'], None),
    ('leads', ['company_id', 'created_at', 'source', 'merged_into_id'], None),
)
SHORTER = (('deliveries', ['company_id', 'lead_id']), ('leads', ['company_id', 'created_at']))


def upgrade():
    for table, columns, only in COUNTED:
        where = {} if only is None else {'sqlite_where': sa.text(only), 'postgresql_where': sa.text(only)}
        create_index('_'.join(('ix', table, *columns)), table, columns, **where)
    for table, columns in SHORTER:
        drop_index('_'.join(('ix', table, *columns)), table)


def downgrade():
    for table, columns in SHORTER:
        create_index('_'.join(('ix', table, *columns)), table, columns)
    for table, columns, _ in COUNTED:
        drop_index('_'.join(('ix', table, *columns)), table)
