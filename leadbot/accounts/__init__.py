"""Companies and their people: sign-up, log-in, roles, invitations, working hours, limits, the audit log."""
