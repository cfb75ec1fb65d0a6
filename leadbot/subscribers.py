"""Who hears what, in which order: the one list from what happens to what is done about it.

One registration, from the top: `leads.register` writes the card, its history, its proofs and whom it is dealt to, and
publishes; then what stands here beside its event runs, in the same transaction; then the chat stores the answer and
commits; then the worker is woken.
"""

from __future__ import annotations

from flask import Flask

from leadbot import jobs
from leadbot.database.session import hear_commits
from leadbot.events import (
    KEY,
    ClientWaiting,
    ClientWrote,
    Dispatcher,
    HandOffAsked,
    InvitationMade,
    LeadChanged,
    LeadContradicted,
    LeadCreated,
    LeadMerged,
    LeadMoved,
    LeadNotTaken,
    LeadRepeated,
    LeadTaken,
    PasswordChanged,
    PasswordResetAsked,
    RowsWaiting,
    TaskDue,
    TasksChanged,
)
from leadbot.notifications import mail, managers


def init_app(app: Flask) -> None:
    """Give an application its dispatcher, filled."""
    events = Dispatcher()
    app.extensions[KEY] = events
    _subscribe(events)
    hear_commits()


def _subscribe(events: Dispatcher) -> None:
    events.on(LeadCreated, managers.lead_created)
    events.on(LeadRepeated, managers.lead_repeated)
    events.on(LeadChanged, managers.lead_changed)
    events.on(LeadContradicted, managers.lead_contradicted)
    events.on(LeadMoved, managers.lead_stands_elsewhere)
    events.on(LeadTaken, managers.lead_stands_elsewhere)
    events.on(LeadMerged, managers.lead_stands_elsewhere)
    events.on(TasksChanged, managers.lead_stands_elsewhere)
    events.on(TaskDue, managers.task_due)
    events.on(LeadNotTaken, managers.lead_not_taken)
    events.on(HandOffAsked, managers.hand_off_asked)
    events.on(ClientWaiting, managers.client_waiting)
    events.on(ClientWrote, managers.client_wrote)
    events.on(InvitationMade, mail.invitation_made)
    events.on(PasswordResetAsked, mail.password_reset_asked)
    events.on(PasswordChanged, mail.password_changed)
    events.on(RowsWaiting, jobs.rows_wait)  # after the commit
