"""widget

Revision: 0005, after: 0004
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session
from leadbot.models import slugs

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('slug', sa.String(length=60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('widget', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('widget_is_paused', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('widget_seen_host', sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column('widget_seen_at', leadbot.database.session.UtcDateTime(), nullable=True))
    _name_pages(op.get_bind())
    op.create_index('ix_companies_slug', 'companies', ['slug'], unique=True)
    for table in ('conversations', 'leads'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('first_touch', sa.JSON(), nullable=True))
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('file_name', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('file_type', sa.String(length=40), nullable=True))


def _name_pages(connection):
    """Each company that is there already gets the address of its page."""
    for company_id, name in connection.execute(sa.text('SELECT id, name FROM companies')).all():
        connection.execute(sa.text('UPDATE companies SET slug = :slug WHERE id = :id'), {'slug': slugs.slug_of(name), 'id': company_id})


def downgrade():
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_column('file_type')
        batch_op.drop_column('file_name')
    for table in ('leads', 'conversations'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('first_touch')
    op.drop_index('ix_companies_slug', 'companies')
    with op.batch_alter_table('companies', schema=None) as batch_op:
        for column in ('widget_seen_at', 'widget_seen_host', 'widget_is_paused', 'widget', 'slug'):
            batch_op.drop_column(column)
