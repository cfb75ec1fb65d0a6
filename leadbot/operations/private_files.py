"""What this copy keeps is read by its own user alone: files 0600, folders 0700."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from leadbot.config import SQLITE_URL, Config

OTHERS = stat.S_IRWXG | stat.S_IRWXO
FILES = ("leadbot.db", "jobs.db", "limits.db", "secret_key", "vapid_private_key", "supervisor.conf", "supervisor.pid")
BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite lays beside a database
FOLDERS = ("imports", "exports", "voice", "files")

log = logging.getLogger(__name__)


def keep(config: Config) -> None:
    """Let nothing that this process makes from now on be read by others, and put right what is there already.

    Only what is ours by name: a data folder may be shared with other programs. What belongs to another user stays as it
    is, and is said.
    """
    os.umask(OTHERS)
    for path in _ours(config):
        try:
            mode = path.lstat().st_mode
            if mode & OTHERS and not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("others may read %s: %s", path.name, error.strerror)


def _ours(config: Config) -> Iterator[Path]:
    data_dir = config.data_dir
    if data_dir.is_dir() and not data_dir.stat().st_mode & stat.S_ISVTX:  # /tmp is nobody's own
        yield data_dir
    databases = [data_dir / name for name in FILES]
    if config.database_url.startswith(SQLITE_URL):
        databases.append(Path(config.database_url.removeprefix(SQLITE_URL).partition("?")[0]))
    yield from (path.with_name(path.name + end) for path in databases for end in BESIDE)
    for name in FOLDERS:
        yield data_dir / name
        yield from (data_dir / name).glob("*")
