"""inbox

Revision: 0006, after: 0005
"""

import sqlalchemy as sa
from alembic import op

import leadbot.database.session
from leadbot.texts.folding import fold, phone_forms

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

SET_INDEXES = (('company_id', 'waits_since'), ('company_id', 'hot_since'), ('company_id', 'manager_id'), ('nudge_due_at',), ('return_due_at',))
MOMENTS = ('hot_since', 'nudge_due_at', 'nudged_at', 'waits_since', 'return_due_at', 'client_at')
COUNTS = ('client_seq', 'note_count')
BATCH = 1000


def upgrade():
    _add_tables()
    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('inbox', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('inbox_version', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('read_until', leadbot.database.session.UtcDateTime(), nullable=True))
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('folded', sa.Text(), nullable=True))
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        for column in MOMENTS:
            batch_op.add_column(sa.Column(column, leadbot.database.session.UtcDateTime(), nullable=True))
        for column in COUNTS:
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=False, server_default='0'))
        for column in ('is_junk', 'junk_is_settled'):
            batch_op.add_column(sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('waits_for', sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column('folded_who', sa.String(length=400), nullable=False, server_default=''))
    for columns in SET_INDEXES:
        is_set = sa.text(f'{columns[-1]} IS NOT NULL')
        op.create_index(f'ix_conversations_{"_".join(columns)}', 'conversations', columns, sqlite_where=is_set, postgresql_where=is_set)
    op.create_index(
        'ix_conversations_company_id_is_junk_last_message_at', 'conversations', ['company_id', 'is_junk', 'last_message_at'],
        sqlite_where=sa.text('is_junk = 1'), postgresql_where=sa.text('is_junk'),
    )
    _fill(op.get_bind())


def _add_tables():
    op.create_table('canned_answers',
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_canned_answers_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_answers'))
    )
    op.create_index('ix_canned_answers_company_id_title', 'canned_answers', ['company_id', 'title'])
    op.create_table('talk_notes',
    sa.Column('conversation_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('after_seq', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', leadbot.database.session.UtcDateTime(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'conversation_id'], ['conversations.company_id', 'conversations.id'], name=op.f('fk_talk_notes_company_id_conversation_id_conversations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_talk_notes_company_id_user_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_talk_notes_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_notes'))
    )
    op.create_index('ix_talk_notes_company_id_conversation_id', 'talk_notes', ['company_id', 'conversation_id'])
    op.create_table('talk_reads',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'conversation_id'], ['conversations.company_id', 'conversations.id'], name=op.f('fk_talk_reads_company_id_conversation_id_conversations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id', 'user_id'], ['users.company_id', 'users.id'], name=op.f('fk_talk_reads_company_id_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_talk_reads_company_id_companies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_reads')),
    sa.UniqueConstraint('user_id', 'conversation_id', name=op.f('uq_talk_reads_user_id_conversation_id'))
    )
    op.create_index('ix_talk_reads_company_id_conversation_id', 'talk_reads', ['company_id', 'conversation_id'])


def _fill(every):
    """What has been said so far is read by those who are here, and can be searched."""
    users = sa.table('users', sa.column('read_until', leadbot.database.session.UtcDateTime()))
    every.execute(users.update().values(read_until=leadbot.database.session.utcnow()))
    said = "FROM messages WHERE messages.conversation_id = conversations.id AND messages.author = 'client'"
    every.execute(sa.text(
        f"UPDATE conversations SET client_seq = COALESCE((SELECT MAX(messages.seq) {said}), 0), client_at = (SELECT MAX(messages.created_at) {said})"
    ))
    messages = sa.table('messages', sa.column('id'), sa.column('author'), sa.column('text'), sa.column('folded'))
    write = messages.update().where(messages.c.id == sa.bindparam('row')).values(folded=sa.bindparam('words'))
    last = 0
    while True:
        found = sa.select(messages.c.id, messages.c.text).where(messages.c.id > last, messages.c.author == 'client')
        rows = every.execute(found.order_by(messages.c.id).limit(BATCH)).all()
        if not rows:
            break
        every.execute(write, [{'row': id_, 'words': fold(text) or None} for id_, text in rows])
        last = rows[-1][0]
    talks = sa.table('conversations', sa.column('id'), sa.column('known', sa.JSON()), sa.column('folded_who'))
    name = talks.update().where(talks.c.id == sa.bindparam('row')).values(folded_who=sa.bindparam('who'))
    named = [{'row': id_, 'who': _who(known)} for id_, known in every.execute(sa.select(talks.c.id, talks.c.known)).all()]
    if named:
        every.execute(name, named)


def _who(known):
    facts = (known or {}).get('facts', {})
    phone = facts.get('phone', {})
    return f"{fold(facts.get('name', {}).get('value', ''))} {phone_forms(phone.get('e164') or phone.get('value', ''))}".strip()[:400]


def downgrade():
    op.drop_index('ix_conversations_company_id_is_junk_last_message_at', 'conversations')
    for columns in SET_INDEXES:
        op.drop_index(f'ix_conversations_{"_".join(columns)}', 'conversations')
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        for column in (*MOMENTS, *COUNTS, 'is_junk', 'junk_is_settled', 'waits_for', 'folded_who'):
            batch_op.drop_column(column)
    for table, columns in (('messages', ('folded',)), ('users', ('read_until',)), ('companies', ('inbox', 'inbox_version'))):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
    for table in ('talk_reads', 'talk_notes', 'canned_answers'):
        op.drop_table(table)
