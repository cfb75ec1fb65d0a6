"""audit: who did what to settings, team and data

Revision: 0022, after: 0021
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('audit_entries',
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('act', sa.Enum('logged_in', 'password', 'reset_link', 'invited', 'uninvited', 'joined', 'role', 'shut_out', 'let_in', 'removed', 'company', 'stages', 'hours', 'turns', 'conversations', 'answers', 'bot', 'model_key', 'widget', 'widget_key', 'retention', 'exported', 'imported', 'erased', 'switched', 'limits', name='act', native_enum=False, length=20), nullable=False),
    sa.Column('about_id', sa.Integer(), nullable=True),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'about_id'], ['users.company_id', 'users.id'], name=op.f('fk_audit_entries_company_id_about_id_users')),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_audit_entries_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_audit_entries_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entries_company_id_created_at'), ['company_id', 'created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entries_company_id_id'), ['company_id', 'id'], unique=False)



def downgrade():
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entries_company_id_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entries_company_id_created_at'))

    op.drop_table('audit_entries')
