"""What clients send beside words: sounds, photos and documents, each a file of the data folder under a name of ours.

A message bears the name. The file goes once the message has gone: `forget` sees to it with the commit that removes the
talk, `sweep` to what a process left behind that died in between.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import event, or_, select

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import NoRoom, NotFound
from leadbot.models import Conversation, Message
from leadbot.state import state

SWEPT_AFTER_SECONDS = 24 * 3600  # a message that bears the file may still be under way
FREE_LEAST_BYTES = 100 * 1024 * 1024
BATCH = 500
_NAME = re.compile(r"[A-Za-z0-9_-]+\.[a-z0-9]+")


class Shelf(NamedTuple):
    """A folder of the data folder, and the column of a message that names a file in it."""

    folder: str
    column: str

    @property
    def path(self) -> Path:
        data_dir: Path = state().config.data_dir
        return data_dir / self.folder

    def name_of(self, message: Message) -> str:
        return getattr(message, self.column) or ""


VOICE, FILES = Shelf("voice", "audio_file"), Shelf("files", "file_name")
SHELVES = (VOICE, FILES)


def keep(shelf: Shelf, data: bytes, extension: str) -> str:
    """Write the file down; its name, which says nothing of what the client called it."""
    name = f"{secrets.token_urlsafe(24)}.{extension}"
    shelf.path.mkdir(mode=0o700, exist_ok=True)
    with (shelf.path / name).open("xb") as file:
        file.write(data)
    return name


def check_room() -> None:
    """Raises NoRoom where the disk is all but full: a sign-up, a message or a lead must still find its place there."""
    data_dir: Path = state().config.data_dir
    if shutil.disk_usage(data_dir).free < FREE_LEAST_BYTES:
        raise NoRoom


def find(shelf: Shelf, talk: Conversation, message_id: int) -> Message:
    """A message of this talk that bears a file of the shelf. Raises NotFound."""
    message = db.session.get(Message, message_id) if 0 < message_id < 2**31 else None
    if message is None or message.conversation_id != talk.id or not shelf.name_of(message):
        raise NotFound
    return message


def of_message(message_id: int) -> tuple[Path, str]:
    """Where the file of any of the company's messages lies, and its media type. Raises NotFound."""
    message = db.session.get(Message, message_id) if 0 < message_id < 2**31 else None
    if message is None:
        raise NotFound
    is_voice = message.audio_file is not None
    return path_of(VOICE if is_voice else FILES, message), (message.audio_type if is_voice else message.file_type) or ""


def path_of(shelf: Shelf, message: Message) -> Path:
    """Where the file of a message lies. Raises NotFound."""
    path = shelf.path / shelf.name_of(message)
    if not _NAME.fullmatch(path.name) or path.parent != shelf.path or not path.is_file():
        raise NotFound
    return path


def forget(talks: Iterable[Conversation]) -> None:
    """Delete all that was sent in these talks from the disk once the transaction is through. Call it before they go."""
    columns = [getattr(Message, shelf.column) for shelf in SHELVES]
    ids = [talk.id for talk in talks]
    for names in db.session.execute(select(*columns).where(Message.conversation_id.in_(ids), _bears_a_file())):
        paths = (shelf.path / name for shelf, name in zip(SHELVES, names, strict=True) if name)
        db.session.info.setdefault("files_to_go", []).extend(paths)
    if not event.contains(db.session, "after_commit", _unlink):
        event.listen(db.session, "after_commit", _unlink)
        event.listen(db.session, "after_rollback", _keep_all)


def sweep() -> int:
    """Delete what no message of any company names and is not quite new; how many files that were."""
    too_new = time.time() - SWEPT_AFTER_SECONDS
    gone = 0
    for shelf in SHELVES:
        old = [path for path in shelf.path.glob("*.*") if path.stat().st_mtime < too_new] if shelf.path.is_dir() else []
        for at in range(0, len(old), BATCH):
            batch = old[at : at + BATCH]
            column = getattr(Message, shelf.column)
            named = select(column).where(column.in_([path.name for path in batch]))
            with tenancy.all_companies():
                known = set(db.session.scalars(named))
            db.session.rollback()
            nobodys = [path for path in batch if path.name not in known]
            gone += len(nobodys)
            _delete(nobodys)
    return gone


def _bears_a_file() -> Any:
    return or_(*(getattr(Message, shelf.column).is_not(None) for shelf in SHELVES))


def _unlink(session: Any) -> None:
    _delete(session.info.pop("files_to_go", ()))


def _keep_all(session: Any) -> None:
    session.info.pop("files_to_go", None)


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:  # the sweep comes back to it
            current_app.logger.warning("a file could not be deleted from %s", path.parent.name)
