"""telegram as a workplace: who is who there, which message is which notice

Revision: 0019, after: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

KEYS = {'talk_id': 'conversations', 'edits_id': 'deliveries'}


def upgrade():
    op.add_column('users', sa.Column('telegram_id', sa.BigInteger(), nullable=True))
    op.create_index('ix_users_company_id_telegram_id', 'users', ['company_id', 'telegram_id'], unique=True)
    op.add_column('conversations', sa.Column('is_in_telegram', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('lead_events', sa.Column('through', sa.String(length=10), nullable=True))
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('vendor_id', sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_deliveries_company_id_id'), ['company_id', 'id'])
        for column, table in KEYS.items():
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f'fk_deliveries_company_id_{column}_{table}'), table, ['company_id', column], ['company_id', 'id'], ondelete='CASCADE'
            )
    op.create_index('ix_deliveries_target_vendor_id', 'deliveries', ['target', 'vendor_id'])


def downgrade():
    op.drop_index('ix_deliveries_target_vendor_id', 'deliveries')
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        for column, table in KEYS.items():
            batch_op.drop_constraint(batch_op.f(f'fk_deliveries_company_id_{column}_{table}'), type_='foreignkey')
            batch_op.drop_column(column)
        batch_op.drop_constraint(batch_op.f('uq_deliveries_company_id_id'), type_='unique')
        batch_op.drop_column('vendor_id')
    op.drop_column('lead_events', 'through')
    op.drop_column('conversations', 'is_in_telegram')
    op.drop_index('ix_users_company_id_telegram_id', 'users')
    op.drop_column('users', 'telegram_id')
