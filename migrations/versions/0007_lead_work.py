"""leads: edits, tasks, merges

Revision: 0007, after: 0006
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('edited', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('details', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('task_at', leadbot.database.session.UtcDateTime(), nullable=True))
        batch_op.create_foreign_key('fk_leads_company_id_merged_into_id_leads', 'leads', ['company_id', 'merged_into_id'], ['company_id', 'id'])
    op.create_table('lead_merges',
    sa.Column('lead_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('moved', sa.JSON(), nullable=False),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('undone_at', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'lead_id'], ['leads.company_id', 'leads.id'], name=op.f('fk_lead_merges_company_id_lead_id_leads'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id', 'other_id'], ['leads.company_id', 'leads.id'], name=op.f('fk_lead_merges_company_id_other_id_leads'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_lead_merges_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_lead_merges_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_merges'))
    )
    op.create_index('ix_lead_merges_company_id_lead_id', 'lead_merges', ['company_id', 'lead_id'])
    op.create_index('ix_lead_merges_company_id_other_id', 'lead_merges', ['company_id', 'other_id'])
    op.create_table('lead_tasks',
    sa.Column('lead_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('due_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('assignee_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('done_at', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('reminded_at', leadbot.database.session.UtcDateTime(), nullable=True),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'assignee_id'], ['users.company_id', 'users.id'], name=op.f('fk_lead_tasks_company_id_assignee_id_users')),
    sa.ForeignKeyConstraint(['company_id', 'done_by_id'], ['users.company_id', 'users.id'], name=op.f('fk_lead_tasks_company_id_done_by_id_users')),
    sa.ForeignKeyConstraint(['company_id', 'lead_id'], ['leads.company_id', 'leads.id'], name=op.f('fk_lead_tasks_company_id_lead_id_leads'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_lead_tasks_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_lead_tasks_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_tasks'))
    )
    op.create_index('ix_lead_tasks_company_id_done_at_due_at', 'lead_tasks', ['company_id', 'done_at', 'due_at'])
    op.create_index('ix_lead_tasks_company_id_lead_id', 'lead_tasks', ['company_id', 'lead_id'])
    op.create_index('ix_lead_tasks_reminded_at_due_at', 'lead_tasks', ['reminded_at', 'due_at'])


def downgrade():
    op.drop_table('lead_tasks')
    op.drop_table('lead_merges')
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.drop_constraint('fk_leads_company_id_merged_into_id_leads', type_='foreignkey')
        for column in ('task_at', 'details', 'edited', 'merged_into_id'):
            batch_op.drop_column(column)
