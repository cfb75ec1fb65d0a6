"""The JWT door: the customer's API, its document, and the health of this copy. Reads no cookies."""

from __future__ import annotations

from flask import Blueprint, Flask

from leadbot.api import auth, chat, docs, errors, gate, health, leads, messages, metrics, rate, settings, telegram


def init_app(app: Flask) -> None:
    """Hang the door in."""
    api = Blueprint("api", __name__, url_prefix="/api")
    api.before_request(gate.pass_gate)
    api.after_request(rate.tell)
    for room in (auth, chat, messages, leads, settings, telegram):
        api.register_blueprint(room.bp)
    errors.init_app(app, api)
    app.register_blueprint(api)
    app.register_blueprint(docs.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
