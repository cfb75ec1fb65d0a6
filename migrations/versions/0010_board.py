"""Board: counts kept by the database, an order by hand, a folded text to search

Revision: 0010, after: 0009
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session
from leadbot.leads import search

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

STAGES = ('new', 'in_progress', 'measurement', 'estimate', 'won', 'lost')
LEADS = sa.table(
    'leads',
    sa.column('id', sa.Integer), sa.column('rank', sa.BigInteger), sa.column('search', sa.Text),
    sa.column('raised_at', leadbot.database.session.UtcDateTime()),
    *(sa.column(name, sa.String) for name in search.FIELDS),
)
INDEXES = {'rank': ['company_id', 'status', 'rank'], 'search': ['company_id', 'status', 'search'], 'city': ['company_id', 'city']}


def upgrade():
    with op.batch_alter_table('companies', schema=None) as batch_op:
        for stage in STAGES:
            batch_op.add_column(sa.Column(f'leads_{stage}', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rank', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('is_hot', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('search', sa.Text(), nullable=False, server_default=''))
    _fill(op.get_bind())
    op.drop_index('ix_leads_company_id_status_raised_at', 'leads')
    for columns in INDEXES.values():
        op.create_index('ix_leads_' + '_'.join(columns), 'leads', columns)
    heard = sa.text('audio_file IS NOT NULL')
    op.create_index('ix_messages_voice', 'messages', ['company_id', 'conversation_id'], sqlite_where=heard, postgresql_where=heard)


def _fill(connection):
    """Leads that are there keep their order and can be found."""
    last = 0
    while rows := connection.execute(sa.select(LEADS).where(LEADS.c.id > last).order_by(LEADS.c.id).limit(1000)).all():
        last = rows[-1].id
        connection.execute(
            sa.update(LEADS).where(LEADS.c.id == sa.bindparam('key')).values(rank=sa.bindparam('place'), search=sa.bindparam('words')),
            [
                {
                    'key': row.id,
                    'place': int(row.raised_at.timestamp() * 1_000_000) * 1000,
                    'words': search.text_of(*(getattr(row, name) for name in search.FIELDS)),
                }
                for row in rows
            ],
        )


def downgrade():
    op.drop_index('ix_messages_voice', 'messages')
    for columns in INDEXES.values():
        op.drop_index('ix_leads_' + '_'.join(columns), 'leads')
    with op.batch_alter_table('leads', schema=None) as batch_op:
        for name in ('search', 'is_hot', 'rank'):
            batch_op.drop_column(name)
    op.create_index('ix_leads_company_id_status_raised_at', 'leads', ['company_id', 'status', 'raised_at'])
    _stop_counting()
    with op.batch_alter_table('companies', schema=None) as batch_op:
        for stage in STAGES:
            batch_op.drop_column(f'leads_{stage}')


def _stop_counting():
    """On PostgreSQL; on SQLite it is never there while tables change."""
    if op.get_bind().dialect.name == 'postgresql':
        for name in ('leads_counted_in', 'leads_counted_over', 'leads_counted_out'):
            op.execute(f'DROP TRIGGER IF EXISTS {name} ON leads')
            op.execute(f'DROP FUNCTION IF EXISTS {name}()')
