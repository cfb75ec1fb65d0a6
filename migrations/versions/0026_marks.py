"""marks: who answered a line and when a lead was first touched, noted by the database; running counts for /metrics

Revision: 0026, after: 0025
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

TRIGGERS = {
    'messages': ('lines_answered', 'lines_answered_by_hand', 'lines_open_again'),
    'lead_events': ('leads_touched', 'leads_touched_elsewhere', 'leads_untouched'),
    'leads': ('leads_touched_since',),
}


def upgrade():
    """The triggers come with the columns, in the same transaction: see migrations/env.py."""
    op.add_column('messages', sa.Column('answered_by', sa.String(length=10), nullable=True))
    op.add_column('leads', sa.Column('touched_at', leadbot.database.session.UtcDateTime(), nullable=True))
    op.create_table('running_counts',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('upto_id', sa.Integer(), nullable=False),
    sa.Column('next_id', sa.Integer(), nullable=False),
    sa.Column('next_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_running_counts'))
    )


def downgrade():
    op.drop_table('running_counts')
    _stop_noting()
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.drop_column('touched_at')
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_column('answered_by')


def _stop_noting():
    """On PostgreSQL; on SQLite nothing is noted while tables change."""
    if op.get_bind().dialect.name == 'postgresql':
        for table, names in TRIGGERS.items():
            for name in names:
                op.execute(f'DROP TRIGGER IF EXISTS {name} ON {table}')
                op.execute(f'DROP FUNCTION IF EXISTS {name}()')
