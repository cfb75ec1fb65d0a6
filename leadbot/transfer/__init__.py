"""Leads in and out as files, and erasing people for good."""
