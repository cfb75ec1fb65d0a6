"""marked: lines that were answered and leads that were touched before the database took note of it

Revision: 0027, after: 0026
"""

import sqlalchemy as sa

from leadbot.database.migration_steps import in_batches

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

# What a trigger has noted meanwhile stands.
ANSWERED = """
UPDATE messages SET answered_by = t.became FROM (
    SELECT m.id, CASE
        WHEN EXISTS (SELECT 1 FROM messages AS r WHERE r.conversation_id = m.conversation_id AND r.seq > m.seq
                     AND r.answers_seq = m.seq) THEN 'bot'
        WHEN EXISTS (SELECT 1 FROM messages AS r WHERE r.conversation_id = m.conversation_id AND r.seq > m.seq
                     AND r.author = 'manager') THEN 'manager' END AS became
    FROM messages AS m WHERE m.id BETWEEN :first AND :last AND m.author = 'client'
) AS t WHERE t.id = messages.id AND t.became IS NOT NULL AND messages.answered_by IS NULL
"""
TOUCHED = """
UPDATE leads SET touched_at = t.touched_at FROM (
    SELECT l.id, min(CASE WHEN e.created_at >= l.created_at THEN e.created_at
                     ELSE '9999-12-31 23:59:59.999999' END) AS touched_at
    FROM leads AS l JOIN lead_events AS e ON e.company_id = l.company_id AND e.lead_id = l.id
    WHERE l.id BETWEEN :first AND :last AND e.user_id IS NOT NULL GROUP BY l.id
) AS t WHERE t.id = leads.id AND leads.touched_at IS NULL
"""


def upgrade():
    for table, statement in (('messages', ANSWERED), ('leads', TOUCHED)):
        filling = sa.text(statement)
        in_batches(table, lambda connection, first, last, filling=filling: connection.execute(
            filling, {'first': first, 'last': last}))


def downgrade():
    pass
