"""searched: indexes for parts of words, for what hangs on a lead, and for sorting

Revision: 0023, after: 0022
"""

import logging

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DatabaseError

from leadbot.database.migration_steps import create_index, drop_index

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

# Few rows have something there, and all others cost nothing.
LINKS = (('leads', 'previous_id'), ('leads', 'merged_into_id'), ('conversations', 'lead_id'), ('deliveries', 'edits_id'))
TRIGRAMS = {'messages': 'folded', 'leads': 'search'}
COVERED = {'messages': ['folded', 'conversation_id'], 'leads': ['search']}


def upgrade():
    for table, column in LINKS:
        is_set = sa.text(f'{column} IS NOT NULL')
        create_index(f'ix_{table}_company_id_{column}', table, ['company_id', column], sqlite_where=is_set, postgresql_where=is_set)
    has_trigrams = op.get_bind().dialect.name == 'postgresql' and _extensions()
    for table, column in TRIGRAMS.items():
        only = sa.text('folded IS NOT NULL') if table == 'messages' else None
        if op.get_bind().dialect.name == 'sqlite':
            create_index(f'ix_{table}_searched', table, ['company_id', *COVERED[table]], sqlite_where=only)
        elif has_trigrams:
            create_index(
                f'ix_{table}_searched', table, ['company_id', column], postgresql_where=only, postgresql_using='gin',
                postgresql_ops={column: 'gin_trgm_ops'}, postgresql_with={'gin_pending_list_limit': 256},
            )


def _extensions():
    bind = op.get_bind()
    try:
        with bind.begin_nested():
            for name in ('pg_trgm', 'btree_gin'):
                bind.execute(sa.text(f'CREATE EXTENSION IF NOT EXISTS {name}'))
    except DatabaseError:
        logging.getLogger('leadbot').warning(
            'The role may not create the extensions pg_trgm and btree_gin: searches work, but read all texts of a '
            'company. `flask doctor` says how to mend that.'
        )
        return False
    return True


def downgrade():
    for table in TRIGRAMS:
        drop_index(f'ix_{table}_searched', table)
    for table, column in LINKS:
        drop_index(f'ix_{table}_company_id_{column}', table)
