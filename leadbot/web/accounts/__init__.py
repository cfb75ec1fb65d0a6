"""Pages of people: log-in, sign-up, invitations, passwords, the team, the audit log."""
