"""How the openai client reaches its server: httpx2 above, urllib3 below.

One httpx pool shared by 250 threads takes many times as long for the same calls as urllib3's, because every call walks
the whole list of connections under one lock. Beyond that, a call here has a deadline as a whole: a server that sends a
byte now and then, or reads our audio at a crawl, can't hold a thread longer than the timeout of the call.

Imported only where a model is configured, since httpx2 comes with `openai`.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import threading
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationParseError, NewConnectionError, ReadTimeoutError

CONNECTIONS_KEPT = 256  # a process has some 250 threads (WEB_THREADS); further connections are closed after use
CONNECT_SECONDS = 3.0
ANSWER_BYTES = 2_000_000  # an answer of 400 tokens has some kilobytes

LOOPBACK = {"localhost", "127.0.0.1", "::1"}

_call = threading.local()  # .ends: the monotonic time by which the call of this thread must be over


def _seconds_left() -> float:
    left: float = _call.ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("the call took too long as a whole")
    return left


class _PunctualReader(io.RawIOBase):
    """Reads a socket; every read may take no longer than what is left of the call."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_seconds_left())
        return self._sock.recv_into(buffer)


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_PunctualReader(sock))


class _Punctual:
    """A connection that sends within what is left of the call, and answers through _Response."""

    response_class: Any = _Response

    def send(self, data: Any) -> None:
        if getattr(self, "sock", None) is not None:
            self.sock.settimeout(_seconds_left())  # type: ignore[attr-defined]
        super().send(data)  # type: ignore[misc]


class _PlainConnection(_Punctual, HTTPConnection):
    pass


class _SecureConnection(_Punctual, HTTPSConnection):
    pass


class _PublicConnection(_SecureConnection):
    """Connects to addresses of the open net only: the very address that was looked at, whatever the name says next."""

    def _new_conn(self) -> socket.socket:
        if self._tunnel_host:  # the proxy looks the name up once more; it is not our net that it calls into
            public_address(self._tunnel_host, self._tunnel_port or 443)
            return super()._new_conn()
        name = self._dns_host
        try:
            self._dns_host = public_address(name, self.port or 443)
            return super()._new_conn()
        finally:
            self._dns_host = name


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Urllib3Transport(httpx2.BaseTransport):
    """Carries the requests of one httpx2 client over urllib3's pool; safe for all threads of a process.

    The read timeout of a request is the deadline of the whole call. Raises httpx2's own exceptions, which the openai
    client turns into its.
    """

    def __init__(self, base_url: str, *, only_public: bool = False) -> None:
        self._pools = _pools_for(base_url, only_public=only_public)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and read the answer to its end."""
        timeout = request.extensions["timeout"]["read"]
        _call.ends = time.monotonic() + timeout
        try:
            return self._exchange(request, timeout)
        except (NewConnectionError, LocationParseError) as error:  # urllib3 counts a refusal among the timeouts
            raise httpx2.ConnectError("no connection", request=request) from error
        except (ConnectTimeoutError, ReadTimeoutError, TimeoutError) as error:
            raise httpx2.ReadTimeout("no whole answer in time", request=request) from error
        except (HTTPError, http.client.HTTPException, OSError) as error:
            raise httpx2.ReadError("the connection broke", request=request) from error

    def _exchange(self, request: httpx2.Request, timeout: float) -> httpx2.Response:
        headers = {
            name.decode("ascii"): value.decode("latin-1")
            for name, value in request.headers.raw
            if not name.lower().startswith(_NOT_SENT)
        }
        answer = self._pools.urlopen(
            request.method,
            str(request.url),
            body=request.read(),
            headers=headers,
            timeout=urllib3.Timeout(connect=min(timeout, CONNECT_SECONDS), total=timeout),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            body = _read(answer)
        except BaseException:
            answer.close()  # half an answer is left in it: not to be used again
            raise
        answer.release_conn()
        # As bytes: what a proxy writes into a header need not be ASCII.
        kept = [(name.encode("latin-1"), value.encode("latin-1", "replace"))
                for name, value in answer.headers.items() if name.lower() not in _OF_THE_WIRE]  # fmt: skip
        return httpx2.Response(answer.status, headers=kept, content=body, request=request)

    def close(self) -> None:
        self._pools.clear()


class Client(httpx2.Client):
    """Sends what it is given and no more: our calls have no cookies, redirects or second log-in to look after."""

    def __init__(self, transport: Urllib3Transport) -> None:
        super().__init__(transport=transport, follow_redirects=False, trust_env=False)
        self._sends = transport

    def build_request(self, method: str, url: Any, **given: Any) -> httpx2.Request:
        """A request of bytes as it is; others, such as files, as the library makes them."""
        content, timeout = given.get("content"), given.get("timeout")
        if content is None or given.get("params") or given.get("files"):
            return super().build_request(method, url, **given)
        within = {"timeout": httpx2.Timeout(timeout).as_dict()}
        return httpx2.Request(method, _parsed(url), headers=given.get("headers"), content=content, extensions=within)

    def send(self, request: httpx2.Request, **how: Any) -> httpx2.Response:
        """The answer, read to its end. Raises as the transport does."""
        return self._sends.handle_request(request)


@lru_cache(maxsize=256)
def _parsed(url: str) -> httpx2.URL:
    return httpx2.URL(url)


# The body is sent whole, with its length; and what machine this is is nobody's business.
_NOT_SENT = (b"transfer-encoding", b"x-stainless-")
_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding", "connection"}


def public_address(host: str, port: int) -> str:
    """An address of this host. Raises OSError where any of its addresses is not on the open net."""
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for address in found:
        ip = ipaddress.ip_address(address.partition("%")[0])
        if not ip.is_global or ip.is_multicast or (ip.version == 6 and ip.ipv4_mapped):
            raise OSError("not an address on the open net")
    return sorted(found, key=lambda address: ":" in address)[0]


def _read(answer: urllib3.BaseHTTPResponse) -> bytes:
    parts, size = [], 0
    for part in answer.stream(65_536, decode_content=True):
        size += len(part)
        if size > ANSWER_BYTES:
            raise urllib3.exceptions.ProtocolError("the answer is too big")
        parts.append(part)
    return b"".join(parts)


def _pools_for(base_url: str, *, only_public: bool) -> urllib3.PoolManager:
    """urllib3's pools, over the proxy that the environment names for this address, if any.

    `only_public`: an address within the house is not called.
    """
    address = urlsplit(base_url)
    options: dict[str, Any] = {"maxsize": CONNECTIONS_KEPT, "ssl_context": httpx2.create_ssl_context()}
    proxy = getproxies().get(address.scheme)
    host = address.hostname or ""
    # A server on this very machine is never behind a proxy, even where no_proxy forgets to say so.
    if proxy and host not in LOOPBACK and not proxy_bypass(host):
        pools: urllib3.PoolManager = urllib3.ProxyManager(proxy, **options)
    else:
        pools = urllib3.PoolManager(**options)
    pools.pool_classes_by_scheme = {"http": _PlainPool, "https": _PublicPool if only_public else _SecurePool}
    if only_public:
        del pools.pool_classes_by_scheme["http"]
    return pools
