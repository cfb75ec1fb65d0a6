"""Who hears what, in which order: the one list from what happens to what is done about it.

One registration, from the top: `leads.register` writes the card, its history, its proofs and whom it is dealt to, and
publishes; then what stands here beside its event runs, in the same transaction; then the chat stores the answer and
commits; then the worker is woken.
"""

from __future__ import annotations

from flask import Flask

from leadbot import jobs
from leadbot.conversations import follow_up, hand_off
from leadbot.database.session import hear_commits
from leadbot.events import (
    ClientWaiting,
    ClientWrote,
    ComplaintMade,
    CrowdCalls,
    Dispatcher,
    HandOffAsked,
    InvitationMade,
    LeadChanged,
    LeadContradicted,
    LeadCreated,
    LeadMerged,
    LeadMoved,
    LeadNotTaken,
    LeadPutRight,
    LeadRepeated,
    LeadTaken,
    PasswordChanged,
    PasswordResetAsked,
    PersonLeft,
    RowsErased,
    RowsWaiting,
    TaskDue,
    TasksChanged,
    Withdrawn,
)
from leadbot.notifications import hear, letters
from leadbot.notifications.carriers import at_work
from leadbot.operations import metrics
from leadbot.state import state_of


def init_app(app: Flask) -> None:
    """Give an application its dispatcher, filled."""
    events = state_of(app).events = Dispatcher()
    _subscribe(events)
    hear_commits()
    at_work.init_app(app)


def _subscribe(events: Dispatcher) -> None:
    events.on(LeadCreated, hear.lead_created)
    events.on(LeadRepeated, hear.lead_repeated)
    events.on(LeadChanged, hear.lead_changed)
    events.on(LeadContradicted, hear.lead_contradicted)
    events.on(LeadPutRight, follow_up.put_right)
    events.on(LeadMoved, hear.lead_stands_elsewhere)
    events.on(LeadTaken, hear.lead_stands_elsewhere)
    events.on(LeadMerged, hear.lead_stands_elsewhere)
    events.on(TasksChanged, hear.lead_stands_elsewhere)
    events.on(Withdrawn, hear.withdrawn)
    events.on(TaskDue, hear.task_due)
    events.on(LeadNotTaken, hear.lead_not_taken)
    events.on(HandOffAsked, hear.hand_off_asked)
    events.on(CrowdCalls, hear.crowd_calls)
    events.on(ComplaintMade, hear.complaint_made)
    events.on(ClientWaiting, hear.client_waiting)
    events.on(ClientWrote, hear.client_wrote)
    events.on(RowsErased, metrics.forget_gone)
    events.on(PersonLeft, hand_off.person_left)
    events.on(InvitationMade, letters.invitation_made)
    events.on(PasswordResetAsked, letters.password_reset_asked)
    events.on(PasswordChanged, letters.password_changed)
    events.on(RowsWaiting, jobs.rows_wait)  # after the commit
