"""working hours, and who waits for somebody

Revision: 0011, after: 0010
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

MOMENTS = {'leads': ('take_due_at', 'take_reminded_at'), 'conversations': ('answer_due_at', 'answer_told_at')}
IS_SET = {'leads': sa.text('take_due_at IS NOT NULL'), 'conversations': sa.text('answer_due_at IS NOT NULL')}


def upgrade():
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hours', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('take_minutes', sa.Integer(), nullable=False, server_default='15'))
        batch_op.add_column(sa.Column('answer_minutes', sa.Integer(), nullable=False, server_default='5'))
    for table, (due, done) in MOMENTS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in (due, done):
                batch_op.add_column(sa.Column(column, leadbot.database.session.UtcDateTime(), nullable=True))
        op.create_index(f'ix_{table}_{due}', table, [due], sqlite_where=IS_SET[table], postgresql_where=IS_SET[table])


def downgrade():
    for table, (due, done) in MOMENTS.items():
        op.drop_index(f'ix_{table}_{due}', table)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in (done, due):
                batch_op.drop_column(column)
    with op.batch_alter_table('companies', schema=None) as batch_op:
        for column in ('answer_minutes', 'take_minutes', 'hours'):
            batch_op.drop_column(column)
