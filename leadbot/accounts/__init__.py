"""Companies and their people: sign-up, log-in, sessions, roles, invitations, passwords, working hours, limits, audit.

Verbs: `users.sign_up`, `log_in`, `check_may_write`; `team.invite`, `join`, `remove`; `links.make`, `find`, `use_up`;
`passwords.change`; `hours_settings.opening`; `limits.Limit`; `audit.note`; `due_rows.each`; `tenant.company`.
"""
