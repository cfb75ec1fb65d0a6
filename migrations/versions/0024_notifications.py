"""notifications: what people choose, browsers that take Web Push, payloads that are kept

Revision: 0024, after: 0023
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

COLUMNS = {'user_id': sa.Integer, 'payload': sa.Text, 'together': lambda: sa.String(length=20), 'batch': lambda: sa.String(length=32)}
OF_USER = ('fk_deliveries_company_id_user_id_users', 'users', ['company_id', 'user_id'], ['company_id', 'id'])
EDITS = 'ix_deliveries_company_id_edits_id'


def upgrade():
    op.create_table('notification_choices',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('hours', sa.String(length=10), nullable=False),
    sa.Column('days', sa.String(length=7), nullable=False),
    sa.Column('from_minute', sa.Integer(), nullable=False),
    sa.Column('to_minute', sa.Integer(), nullable=False),
    sa.Column('sound', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_notification_choices_company_id_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_notification_choices_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_choices')),
    sa.UniqueConstraint('company_id', 'user_id', name=op.f('uq_notification_choices_company_id_user_id'))
    )
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f('uq_web_sessions_company_id_id'), ['company_id', 'id'])
    op.create_table('push_subscriptions',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('endpoint', sa.Text(), nullable=False),
    sa.Column('endpoint_hash', sa.String(length=64), nullable=False),
    sa.Column('p256dh', sa.String(length=120), nullable=False),
    sa.Column('auth', sa.String(length=40), nullable=False),
    sa.Column('browser', sa.String(length=80), nullable=False),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'session_id'], ['web_sessions.company_id', 'web_sessions.id'], name=op.f('fk_push_subscriptions_company_id_session_id_web_sessions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_push_subscriptions_company_id_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_push_subscriptions_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_push_subscriptions')),
    sa.UniqueConstraint('company_id', 'endpoint_hash', name=op.f('uq_push_subscriptions_company_id_endpoint_hash'))
    )
    if op.get_bind().dialect.name == 'postgresql':
        for name, kind in COLUMNS.items():
            op.add_column('deliveries', sa.Column(name, kind(), nullable=True))
        name, table, columns, referred = OF_USER
        op.create_foreign_key(name, 'deliveries', table, columns, referred, ondelete='CASCADE', postgresql_not_valid=True)
        return
    op.drop_index(EDITS, 'deliveries')  # of some rows only, which a table made anew would forget
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        for name, kind in COLUMNS.items():
            batch_op.add_column(sa.Column(name, kind(), nullable=True))
        batch_op.create_foreign_key(batch_op.f(OF_USER[0]), *OF_USER[1:], ondelete='CASCADE')
    op.create_index(EDITS, 'deliveries', ['company_id', 'edits_id'], sqlite_where=sa.text('edits_id IS NOT NULL'))


def downgrade():
    if op.get_bind().dialect.name == 'sqlite':
        op.drop_index(EDITS, 'deliveries')
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(OF_USER[0]), type_='foreignkey')
        for name in COLUMNS:
            batch_op.drop_column(name)
    if op.get_bind().dialect.name == 'sqlite':
        op.create_index(EDITS, 'deliveries', ['company_id', 'edits_id'], sqlite_where=sa.text('edits_id IS NOT NULL'))
    op.drop_table('push_subscriptions')
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_web_sessions_company_id_id'), type_='unique')
    op.drop_table('notification_choices')
