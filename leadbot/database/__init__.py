"""The ground: sessions, SQLite, the net around each company's rows, the step to another revision.

Verbs: `session.db`, `read_only`, `publish_after_commit`; `tenancy.act_for`, `all_companies`, `own`; `migrate.upgrade`,
`stop_unless_newest`; `searching.contains`; `encryption.seal`, `opened`; `counters.put`, `recount`.
"""
