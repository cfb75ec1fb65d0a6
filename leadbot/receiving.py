"""gunicorn's threads, given only to requests that have arrived.

gthread reads headers and body in the thread that answers, with no time limit: some hundred clients that send half a
request and wait would hold them all. Here a connection waits in the poller until its request is whole.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

PEEK_BYTES = 64 * 1024  # what is larger gets its thread at once: uploads, which are few
GAP_SECONDS = 10  # without a byte more
REQUEST_SECONDS = 20  # for a small request to arrive, and between two packets of a large one
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_EXPECTS = re.compile(rb"^expect:", re.IGNORECASE | re.MULTILINE)  # the client waits for a word before the body
_TIMEOUT = struct.pack("ll", REQUEST_SECONDS, 0)


class Worker(ThreadWorker):
    """A gthread worker that no slow client can hold up."""

    def enqueue_req(self, conn: TConn) -> None:
        """A thread for this connection, or a while longer in the poller. Runs in the main thread."""
        arrived, now = _arrived(conn), time.monotonic()
        began_at, before = getattr(conn, "awaited", None) or (now, -1)
        if arrived is None or arrived == before:  # woken without a byte more: the client has left
            conn.awaited = None
            super().enqueue_req(conn)
            return
        if now - began_at > REQUEST_SECONDS:
            self.nr_conns -= 1
            conn.close()
            return
        conn.awaited = began_at, arrived
        conn.sock.setblocking(False)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, arrived + 1)  # wakes the poller when there is more
        conn.timeout = now + (GAP_SECONDS if self.alive else STOP_KEEPALIVE_LINGER)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _cap_keepalive(self, deadline: float) -> None:
        """A worker that stops waits no longer for halves of requests than for connections kept alive."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def handle(self, conn: TConn) -> Any:
        """Answer, in a thread. What is still to be read or written must not take for ever."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEOUT)
        return super().handle(conn)


def _arrived(conn: TConn) -> int | None:
    """How many bytes of the request are here; None where it is whole, or no longer to be waited for."""
    if conn.cfg.is_ssl or (conn.parser is not None and conn.parser.unreader.buf.getvalue()):
        return None
    try:
        data = conn.sock.recv(PEEK_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 0
    except OSError:
        return None
    return None if _is_whole(data) else len(data)


def _is_whole(data: bytes) -> bool:
    """A request's head with all of its body; also what has ended, or is too large to wait for."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not data or len(data) == PEEK_BYTES:
        return True
    if not end:
        return False
    length = _LENGTH.search(head)
    wanted = int(length[1]) if length else 0
    return len(body) >= wanted or len(head) + wanted > PEEK_BYTES or bool(_EXPECTS.search(head))
