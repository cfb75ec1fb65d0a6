"""notifications_checked: whose each notice is has been looked through, while others write

Revision: 0025, after: 0024
"""

from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE deliveries VALIDATE CONSTRAINT fk_deliveries_company_id_user_id_users')


def downgrade():
    pass
