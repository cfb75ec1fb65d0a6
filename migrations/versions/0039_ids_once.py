"""ids once: SQLite gives no id out again, however its row was erased

Revision: 0039, after: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

# All rows of companies; erased_leads was made so, PostgreSQL's sequences never go back.
TABLES = (
    'audit_entries', 'bot_users', 'bot_versions', 'canned_answers', 'conversations', 'deliveries', 'evidence',
    'lead_events', 'lead_exports', 'lead_imports', 'lead_merges', 'lead_notes', 'lead_tasks', 'leads', 'messages',
    'model_usage', 'notification_choices', 'one_time_links', 'openings', 'proven_chats', 'push_subscriptions',
    'scenarios', 'talk_notes', 'talk_presences', 'talk_reads', 'users', 'web_sessions',
)


def upgrade():
    if op.get_bind().dialect.name == 'sqlite':
        rebuild(sqlite_autoincrement=True)
        pass_over_erased()


def downgrade():
    if op.get_bind().dialect.name == 'sqlite':
        rebuild()


def rebuild(**kind):
    for table in TABLES:
        with op.batch_alter_table(table, schema=None, recreate='always', table_kwargs=kind):
            pass  # made anew with the rows, constraints and indexes that it has


def pass_over_erased():
    """The next lead comes after those that are erased already, too."""
    last = 'SELECT max(lead_id) FROM erased_leads'
    op.execute("INSERT INTO sqlite_sequence (name, seq) SELECT 'leads', 0 "
               "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'leads')")
    op.execute(f"UPDATE sqlite_sequence SET seq = max(seq, coalesce(({last}), 0)) WHERE name = 'leads'")
