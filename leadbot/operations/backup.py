"""One file that holds all a copy on SQLite keeps, made while it runs, and the way back into an empty data folder.

The archive is a gzipped tar: `leadbot.db`, `secret_key` (without it sealed keys and log-ins are lost), the key that
browsers take notices by, and the folders of what clients sent. Jobs and counters are not in it: the outbox is in the
database, and limits begin anew.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from leadbot.config import Config
from leadbot.database.session import MIGRATIONS
from leadbot.files.storage import SHELVES

DATABASE, KEY = "leadbot.db", "secret_key"
KEYS = (KEY, "vapid_private_key")
FOLDERS = tuple(shelf.folder for shelf in SHELVES)
SQLITE = "sqlite:///"
# Not one more: what was made since the backup may bear the next numbers.
NEW_VERSIONS = "UPDATE users SET token_version = abs(random() % 1073741824) + 1"


class BackupError(Exception):
    """Nothing was written; the text says why, in English for the command line."""


def write(config: Config, path: Path) -> int:
    """Make the archive; its size in bytes. Raises BackupError."""
    database = _database(config)
    if path.exists():
        raise BackupError(f"{path} is there already; choose another name")
    if not database.is_file():
        raise BackupError(f"there is no database at {database} yet")
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with TemporaryDirectory(dir=config.data_dir) as folder:
            copy = Path(folder) / DATABASE
            _copy(database, copy)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                _pack(config, copy, file)
                os.fsync(file.fileno())
        os.link(draft, path)  # not a rename: what came there meanwhile stays
    except FileExistsError:
        raise BackupError(f"{path} is there already; choose another name") from None
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{path} can't be written: {error}") from None
    finally:
        draft.unlink(missing_ok=True)
    return path.stat().st_size


def restore(config: Config, path: Path) -> None:
    """Put everything back into an empty data folder; nothing is there until all of it is. Nobody is logged in then, and
    no link and no token of before is worth anything: it may have been ended since. Raises BackupError."""
    database = _database(config)
    taken = [place for place in (database, *(config.data_dir / name for name in FOLDERS)) if _holds(place)]
    if taken:
        raise BackupError(f"{taken[0]} is there already; restore into an empty folder (LEADBOT_DATA_DIR)")
    with TemporaryDirectory(dir=config.data_dir, prefix=".restore-") as folder:
        new = Path(folder)
        _unpack(path, new)
        _check(new / DATABASE)
        _end_authority(new / DATABASE)
        for name in FOLDERS:
            if (new / name).is_dir():
                with suppress(FileNotFoundError):
                    (config.data_dir / name).rmdir()
                (new / name).rename(config.data_dir / name)
        for name in KEYS:
            if (new / name).is_file():
                (new / name).replace(config.data_dir / name)
        for end in ("-wal", "-shm"):
            database.with_name(database.name + end).unlink(missing_ok=True)
        shutil.move(new / DATABASE, database)


def has_key(path: Path) -> bool:
    """Does the archive hold the secret key? Not where it was made with one from the environment."""
    with tarfile.open(path) as archive:
        return KEY in archive.getnames()


def _database(config: Config) -> Path:
    if not config.database_url.startswith(SQLITE):
        raise BackupError(
            "the database is PostgreSQL: back it up with pg_dump and restore it with pg_restore; copy"
            f" {', '.join((*KEYS, *FOLDERS))} in {config.data_dir} beside it"
        )
    return Path(config.database_url.removeprefix(SQLITE))


def _copy(database: Path, copy: Path) -> None:
    """SQLite's own online backup: one moment of the database, while others go on writing."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")


def _pack(config: Config, database: Path, file: object) -> None:
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:  # type: ignore[call-overload]
        archive.add(database, DATABASE)
        for name in KEYS:
            if (config.data_dir / name).is_file():
                archive.add(config.data_dir / name, name)
        for name in FOLDERS:
            for one in sorted((config.data_dir / name).glob("*")):
                with suppress(FileNotFoundError):  # erased meanwhile
                    archive.add(one, f"{name}/{one.name}", recursive=False)


def _unpack(path: Path, into: Path) -> None:
    """Only what `_pack` puts in comes out, whatever else an archive may hold."""
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                folder, _, name = member.name.rpartition("/")
                if not member.isfile() or not _belongs(folder, name):
                    raise BackupError(f"{path} is no backup of Leadbot: {member.name!r} is in it")
                (into / folder).mkdir(mode=0o700, exist_ok=True)
                source = archive.extractfile(member)
                place = os.open(into / folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(place, "wb") as target:
                    shutil.copyfileobj(source, target)  # type: ignore[arg-type]  # a file has one
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupError(f"{path} can't be read: {error}") from None
    if not (into / DATABASE).is_file():
        raise BackupError(f"{path} is no backup of Leadbot: there is no {DATABASE} in it")


def _belongs(folder: str, name: str) -> bool:
    is_plain = bool(name) and not name.startswith(".") and "\0" not in name
    return is_plain and (folder in FOLDERS or (folder == "" and name in (DATABASE, *KEYS)))


def _check(database: Path) -> None:
    """The database is whole, and of no newer shape than this copy knows."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except (sqlite3.Error, TypeError) as error:
        raise BackupError(f"the database in it is damaged: {error}") from None
    if found != "ok":
        raise BackupError(f"the database in it is damaged: {found}")
    if not any((MIGRATIONS / "versions").glob(f"{revision}_*.py")):
        raise BackupError(f"it was made by a newer Leadbot (revision {revision}): update this copy first")


def _end_authority(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=ON")  # a browser's notices go with its log-in
        connection.execute(NEW_VERSIONS)
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in {"web_sessions", "one_time_links"} & there:  # an old backup may have neither
            connection.execute(f"DELETE FROM {table}")  # noqa: S608


def _holds(place: Path) -> bool:
    return any(place.iterdir()) if place.is_dir() else place.exists()
