"""Whether this copy lives, and whether it can work: for supervisors and load balancers."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from leadbot.api import account_shapes as shapes
from leadbot.api.operations import operation
from leadbot.operations import health
from leadbot.state import state

bp = Blueprint("health", __name__)
TAG = "Health"


@bp.get("/health")
@operation(
    "Is the process alive",
    TAG,
    shapes.Health,
    is_public=True,
    errors=(405,),
    about="Restart it if this does not answer.",
)
def alive() -> dict[str, str]:
    """Asks nobody: restart the process if this does not answer."""
    return {"status": "ok"}


@bp.get("/ready")
@operation(
    "Can it work: the database answers, the disk can be written",
    TAG,
    shapes.Health,
    is_public=True,
    errors=(405, 503),
    about="Send no requests here while this is 503.",
)
def ready() -> Response:
    """Send no requests here while this is 503."""
    if health.is_database_up() and health.takes_writing(state().config.data_dir):
        return jsonify({"status": "ok"})
    response = jsonify({"detail": "Service temporarily unavailable"})
    response.status_code, response.headers["Retry-After"] = 503, "2"
    return response
