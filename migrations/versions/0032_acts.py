"""acts: how and whom to reach, complaints, withdrawals, urgency, a client's further lead

Revision: 0032, after: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

MARKS = {'leads': ('is_complaint', 'is_withdrawn', 'is_urgent'), 'conversations': ('is_complaint', 'is_withdrawn')}
KEY = 'fk_leads_company_id_related_lead_id_leads'


def upgrade():
    for table, names in MARKS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('leads', sa.Column('contact_by', sa.String(length=10), nullable=True))
    op.add_column('leads', sa.Column('contact_name', sa.String(length=200), nullable=True))
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.add_column(sa.Column('related_lead_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            KEY, 'leads', ['company_id', 'related_lead_id'], ['company_id', 'id'], postgresql_not_valid=True
        )


def downgrade():
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.drop_constraint(KEY, type_='foreignkey')
        batch_op.drop_column('related_lead_id')
        batch_op.drop_column('contact_name')
        batch_op.drop_column('contact_by')
    for table, names in MARKS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.drop_column(name)
