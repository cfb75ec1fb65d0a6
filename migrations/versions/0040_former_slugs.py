"""former_slugs: what a company's page was called before leads to it still

Revision: 0040, after: 0039
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('former_slugs',
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_former_slugs_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_former_slugs')),
    sa.UniqueConstraint('slug', name=op.f('uq_former_slugs_slug')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_former_slugs_company_id'), 'former_slugs', ['company_id'])


def downgrade():
    op.drop_table('former_slugs')
