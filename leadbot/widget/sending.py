"""Small text files of the widget as they are sent: squeezed, compressed, under a mark of their content."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, request

from leadbot.widget.squeezing import script, squeeze

LONG = "public, max-age=31536000, immutable"  # what bears a mark of its content
GZIP_LEAST_BYTES = 500
# Sites that ask it of all they load, or load scripts with `crossorigin` or as modules, get it: nothing here is secret.
FOR_ALL = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}


def file(name: str, kept: str, *, more: str = "", instead: tuple[str, str] = ("", "")) -> Response:
    """A file with `more` after it, or with something `instead` of something; kept for long only under its mark."""
    plain, small, mark = packed_file(name, more, instead)
    response = Response(small if may_pack() else plain, mimetype=_type_of(name))
    if may_pack():
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = kept if kept != LONG or request.args.get("v") == mark else "no-cache"
    response.headers.update(FOR_ALL)
    response.set_etag(mark)
    response.make_conditional(request)
    return response


def javascript(text: str, kept: str) -> Response:
    """A script made for this one answer."""
    response = packed(Response(text, mimetype=_type_of(".js")))
    response.headers["Cache-Control"] = kept
    response.headers.update(FOR_ALL)
    return response


def packed(response: Response) -> Response:
    """The answer compressed, for browsers that say they can read it."""
    response.vary.add("Accept-Encoding")
    if may_pack() and len(response.data) > GZIP_LEAST_BYTES:
        response.data = gzip.compress(response.data, 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    return response


def may_pack() -> bool:
    """Does the browser read gzip?"""
    return request.accept_encodings.quality("gzip") > 0


def packed_file(name: str, more: str = "", instead: tuple[str, str] = ("", "")) -> tuple[bytes, bytes, str]:
    """The file as it is sent: plain and compressed, and the mark of its content."""
    path = Path(current_app.static_folder or "") / "widget" / name
    return _packed(path, max(part.stat().st_mtime_ns for part in (path, *_rest(path))), more, instead)


def _type_of(name: str) -> str:
    return f"text/{'css' if name.endswith('css') else 'javascript'}"


def _rest(path: Path) -> list[Path]:
    """What is sent along with a file: one of its name with `_more`, if there is one."""
    more = path.with_stem(f"{path.stem}_more")
    return [more] if more.exists() else []


@lru_cache(maxsize=256)
def _packed(path: Path, changed_at_ns: int, more: str, instead: tuple[str, str]) -> tuple[bytes, bytes, str]:
    source = "".join(part.read_text() for part in (path, *_rest(path)))
    text = script(source) if path.suffix == ".js" else squeeze(source)
    old, new = instead
    plain = ((text.replace(old, new) if old else text) + more).encode()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:12]
