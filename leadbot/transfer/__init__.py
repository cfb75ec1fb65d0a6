"""Leads in and out as files, and erasing people for good.

Verbs: `imports.look`, `choose`, `start`, `undo`; `exports.rows`, `transcript`; `exports_job.start`; `erasure.erase`,
`set_retention`, `expire`.
"""
