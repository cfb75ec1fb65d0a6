"""What is set up on this copy, what of it can be reached, and what waits: for the operator at the command line."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from leadbot.config import POOL_LEAST, Config
from leadbot.database import migrate, searching
from leadbot.database.session import db
from leadbot.operations import health, metrics
from leadbot.state import state

OK, WARNING, FAULT = "ok", "warning", "FAULT"
FREE_LEAST_BYTES = 500 * 1024 * 1024
OVERDUE_SECONDS = 60.0  # the worker comes by every five seconds
PROBE_SECONDS = 5.0
ONE_TIME = "Asia/Almaty"
SPARE_CONNECTIONS = 5  # kept for migrations, backups and the operator


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: how bad, of what, in words."""

    level: str
    topic: str
    words: str


def examine(carriers: Mapping[str, Callable[[Config], tuple[str, str]]] = MappingProxyType({})) -> Iterator[Finding]:
    """One finding after the other, as they come: some have to wait for a network.

    `carriers` are asked by name for how bad and in words.
    """
    config = state().config
    for check in (_folder, _secret, _zones, _database, _limits, _address, _model):
        yield check(config)
    for name, probe in carriers.items():
        level, words = probe(config)
        yield Finding(level, name, words)
    if health.is_database_up() and (allowed := health.connections_for_all()) is not None:
        yield _connections(config, allowed)
    if health.is_database_up() and migrate.shape() == migrate.newest():
        yield _search(config)
        yield from _waiting()


def _folder(config: Config) -> Finding:
    free = shutil.disk_usage(config.data_dir).free
    words = f"{config.data_dir}, {free // 1024**2} MB free"
    return Finding(OK if free > FREE_LEAST_BYTES else WARNING, "data folder", words)


def _secret(config: Config) -> Finding:
    path = config.data_dir / "secret_key"
    if config.secret_key_fallbacks:
        cure = "run `flask doctor --reseal`, then drop SECRET_KEY_FALLBACKS once its log-ins are over (30 days)"
        return Finding(WARNING, "secret key", f"earlier ones are still believed: {cure}")
    if os.environ.get("SECRET_KEY"):
        return Finding(OK, "secret key", "from SECRET_KEY; no backup holds it")
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(FAULT, "secret key", f"others may read {path}: chmod 600 it")
    return Finding(OK, "secret key", f"in {path}")


def _zones(config: Config) -> Finding:
    """Kazakhstan has one time since March 2024: zone data from before is an hour off in most of the country."""
    offset = datetime(2024, 3, 2, tzinfo=ZoneInfo(ONE_TIME)).utcoffset()
    if offset == timedelta(hours=5):
        return Finding(OK, "time zones", f"{ONE_TIME} is +05:00 since March 2024")
    cure = "older than 2024a: bring the system's tzdata up to date, or remove it and let the package tzdata serve"
    return Finding(WARNING, "time zones", f"zone data is {cure}")


def _database(config: Config) -> Finding:
    if not health.is_database_up():
        return Finding(FAULT, "database", "does not answer")
    kind, shape, newest = db.engine.dialect.name, migrate.shape(), migrate.newest()
    if shape != newest:
        text = f"{kind}, revision {shape or 'none yet'}, this copy needs {newest}: run `flask upgrade`"
        return Finding(WARNING, "database", text)
    return Finding(OK, "database", f"{kind}, revision {shape}")


def _search(config: Config) -> Finding:
    """Is there an index for parts of words? Without one all texts of a company are read."""
    with db.engine.connect() as connection:
        lacking = searching.missing(connection)
    if not lacking:
        return Finding(OK, "search", "has its indexes")
    missing = [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in searching.EXTENSIONS]
    missing += [searching.statements("postgresql", concurrently=True)[table] for table in lacking]
    text = "works, but slowly where a company has many leads. Let somebody who may create extensions run: "
    return Finding(WARNING, "search", f"{text}{'; '.join(missing)}")


def _connections(config: Config, allowed: int) -> Finding:
    """What this machine may open beside what the server takes; how many like it there may be."""
    processes = config.web_workers + 1  # the worker has a pool too
    most, room = config.database_pool * processes, allowed - SPARE_CONNECTIONS
    words = f"{most} at most from this machine (DATABASE_POOL {config.database_pool} x {processes} processes)"
    words += f", PostgreSQL takes {allowed}, {SPARE_CONNECTIONS} of them kept free"
    if most <= room:
        return Finding(OK, "connections", f"{words}: {room // most} such machines fit")
    fits = room // processes
    cure = f"set DATABASE_POOL to {fits}" if fits >= POOL_LEAST else "raise its max_connections"
    return Finding(FAULT, "connections", f"{words}: {cure}")


def _limits(config: Config) -> Finding:
    limiter = state().limits
    where = "Redis" if config.redis_url else "the data folder"
    if limiter is None:
        return Finding(WARNING, "limits", "switched off (RATELIMIT_ENABLED)")
    if not limiter.storage.check():
        return Finding(FAULT, "limits", f"can't be counted in {where}")
    return Finding(OK, "limits", f"counted in {where}")


def _address(config: Config) -> Finding:
    if not config.public_url:
        return Finding(WARNING, "address", f"PUBLIC_URL is not set: links lead to {config.base_url}")
    level = OK if config.is_https else WARNING
    missing = [] if config.is_https else ["no https"]
    return Finding(level, "address", ", ".join((config.public_url, *missing)))


def _model(config: Config) -> Finding:
    if not config.openai_api_key:
        return Finding(OK, "model", "no OPENAI_API_KEY: the embedded engine answers")
    tried = state().own_models.trial("", "", "").run(PROBE_SECONDS)
    where = f"{tried.model} at {tried.asked_at}"
    if not tried.trouble:
        return Finding(OK, "model", f"{where} answers")
    answer = f": {tried.said}" if tried.said else ""
    hint = "; most servers want an address that ends in /v1" if tried.lacks_v1 else ""
    return Finding(FAULT, "model", f"{where}: {tried.trouble}{answer}{hint}; the embedded engine answers instead")


def _waiting() -> Iterator[Finding]:
    now = metrics.read()
    waits, dead = now.deliveries["pending"], now.deliveries["dead"]
    is_late = now.outbox_age_seconds > OVERDUE_SECONDS
    late = f", the first is {now.outbox_age_seconds:.0f} s late: does the worker run?" if is_late else ""
    yield Finding(FAULT if is_late else OK, "outbox", f"{waits} notices wait{late}")
    if dead:
        yield Finding(WARNING, "outbox", f"{dead} notices were given up: see the pages of their leads")
    text = f"{now.received} messages received, {sum(now.answered.values())} answered, {sum(now.leads.values())} leads"
    yield Finding(OK, "so far", text)
