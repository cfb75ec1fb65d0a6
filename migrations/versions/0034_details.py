"""details: what clients of old leads have told besides the columns, from their talks onto the leads

Revision: 0034, after: 0033
"""

import json

import sqlalchemy as sa

from leadbot.database.migration_steps import in_batches

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

COLUMNS = {'name', 'phone', 'city', 'object_type', 'area'}  # these facts have columns of their own
MOST = 200  # characters of a value
FOUND = sa.text("""
SELECT l.id, l.details, t.known FROM leads AS l
JOIN conversations AS t ON t.company_id = l.company_id AND t.lead_id = l.id
WHERE l.id BETWEEN :first AND :last ORDER BY l.id, t.id
""").columns(details=sa.JSON, known=sa.JSON)
FILLED = sa.text('UPDATE leads SET details = :details WHERE id = :id').bindparams(
    sa.bindparam('details', type_=sa.JSON))


def fill(connection, first, last):
    """What stands on a lead already stands: a manager may have written it. Of several talks the latest counts."""
    told, stands = {}, {}
    for lead_id, details, known in connection.execute(FOUND, {'first': first, 'last': last}):
        stands[lead_id] = details or {}
        facts = (known or {}).get('facts') or {}
        told.setdefault(lead_id, {}).update(
            {slot: str(fact['value'])[:MOST] for slot, fact in facts.items()
             if slot not in COLUMNS and isinstance(fact, dict) and fact.get('value')})
    rows = [{'id': lead_id, 'details': {**facts, **stands[lead_id]}} for lead_id, facts in told.items()
            if facts.keys() - stands[lead_id].keys()]
    if rows:
        connection.execute(FILLED, rows)


def upgrade():
    in_batches('leads', fill)


def downgrade():
    pass
