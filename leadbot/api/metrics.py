"""The numbers of this copy in the format of Prometheus, for this machine and for callers with the token."""

from __future__ import annotations

import hmac
import ipaddress

from flask import Blueprint, Response, abort, request

from leadbot.operations import metrics
from leadbot.state import state

bp = Blueprint("metrics", __name__)
MIMETYPE = "text/plain; version=0.0.4; charset=utf-8"


@bp.get("/metrics")
def show() -> Response:
    """Sums over all companies; callers who may not see them get 404."""
    if not _may_read():
        abort(404)
    return Response(_text(metrics.read()), content_type=MIMETYPE)


def _may_read() -> bool:
    config = state().config
    given = request.headers.get("Authorization", "")
    if config.metrics_token and hmac.compare_digest(given.encode(), f"Bearer {config.metrics_token}".encode()):
        return True
    # A proxy that we were not told of makes everybody look as if he were on this machine.
    is_forwarded = not config.proxy_hops and ("X-Forwarded-For" in request.headers or "Forwarded" in request.headers)
    return not is_forwarded and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _text(now: metrics.Vitals) -> str:
    lines: list[str] = []

    def tell(name: str, kind: str, about: str, values: dict[str, float], label: str = "") -> None:
        lines.extend((f"# HELP leadbot_{name} {about}", f"# TYPE leadbot_{name} {kind}"))
        for key, value in values.items():
            lines.append(f'leadbot_{name}{{{label}="{key}"}} {value}' if label else f"leadbot_{name} {value}")

    tell("messages_received_total", "counter", "Messages of clients.", {"": now.received})
    tell("messages_answered_total", "counter", "Answers, by the engine that gave them.", {**now.answered}, "engine")
    tell("leads_total", "counter", "Leads, by where they came from.", {**now.leads}, "source")
    tell("deliveries", "gauge", "Notices, by state.", {**now.deliveries}, "state")
    tell("outbox_age_seconds", "gauge", "How long the first notice is overdue.", {"": round(now.outbox_age_seconds, 1)})
    tokens: dict[str, float] = {"in": now.tokens_in, "out": now.tokens_out}
    tell("model_tokens_total", "counter", "Tokens used up at models.", tokens, "direction")
    return "\n".join(lines) + "\n"
