"""Backup and restore: one file made while the copy runs, and everything back in an empty folder."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from conftest import PASSWORD, Api, contract_dialogue, log_in_web, sign_up_api
from flask import Flask
from sqlalchemy import select

from leadbot import create_app
from leadbot.api import tokens
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.migrate import upgrade
from leadbot.database.session import db
from leadbot.models import User
from leadbot.operations import backup
from leadbot.operations.backup import BackupError

pytestmark = pytest.mark.slow

DEVICE = """
INSERT INTO push_subscriptions
    (company_id, user_id, session_id, endpoint, endpoint_hash, p256dh, auth, browser, created_at)
SELECT company_id, user_id, id, 'https://push.example/1', '1', 'k', 'a', '', created_at FROM web_sessions
"""
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 200


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return settings(tmp_path / "first")


def settings(folder: Path) -> Config:
    folder.mkdir()
    (folder / "secret_key").write_text("k" * 48)
    url = f"sqlite:///{folder / 'leadbot.db'}"
    return Config(data_dir=folder, secret_key="k" * 48, database_url=url, ratelimit_enabled=False, testing=True)


@pytest.fixture
def app(config: Config) -> Flask:
    app = create_app(config)
    with app.app_context():
        upgrade()
    return app


@pytest.fixture
def almaty(app: Flask) -> Api:
    """A company with a lead and a voice message."""
    api = sign_up_api(app, "manager@almaty.kz", "Алматы")
    contract_dialogue(api)
    sound = {"user_id": "client_1", "audio_file": (io.BytesIO(OGG), "voice.ogg")}
    assert api.post("/api/chat", data=sound).status_code == 200
    return api


def archive_with(path: Path, **files: bytes) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_all_comes_back_in_an_empty_folder(almaty: Api, config: Config, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"
    assert backup.write(config, path) == path.stat().st_size
    assert path.stat().st_mode & 0o777 == 0o600 and backup.has_key(path)
    contract_dialogue(almaty, "after", "87010000001")  # no part of what was backed up
    second = settings(tmp_path / "second")
    (second.data_dir / "secret_key").write_text("x" * 48)  # made by the start of the command itself
    backup.restore(second, path)
    assert (second.data_dir / "secret_key").read_text() == "k" * 48
    assert [one.read_bytes() for one in (second.data_dir / "voice").iterdir()] == [OGG]
    there = create_app(second)
    again = there.test_client().post("/api/auth/login", data={"username": "manager@almaty.kz", "password": PASSWORD})
    token = {"Authorization": f"Bearer {again.json['access_token']}"}
    answer = there.test_client().get("/api/leads", headers=token)
    assert [lead["phone"] for lead in answer.json["leads"]] == ["87768776637"]
    assert not list(second.data_dir.glob(".restore-*")) and not list(tmp_path.glob(".*.part"))
    with there.app_context():
        upgrade()
        db.engine.dispose()


def test_what_was_ended_since_the_backup_stays_ended(almaty: Api, app: Flask, config: Config, tmp_path: Path) -> None:
    """A browser, an invitation, and tokens made before and after: whoever holds them may have been shut out since."""
    web = log_in_web(app, "manager@almaty.kz")
    web.post("/settings/team/invitations", {"email": "aigul@example.kz", "role": "manager"})
    with sqlite3.connect(config.data_dir / "leadbot.db") as there:
        there.execute(DEVICE)  # his browser takes notices
    backup.write(config, tmp_path / "b.tar.gz")
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        user = db.session.scalars(select(User)).one()
        user.token_version += 1
        later = tokens.issue(user)
        db.session.commit()
    second = settings(tmp_path / "second")
    backup.restore(second, tmp_path / "b.tar.gz")
    client = create_app(second).test_client()
    for headers in (almaty.headers, {"Authorization": f"Bearer {later}"}):
        assert client.get("/api/leads", headers=headers).status_code == 401
    with closing(sqlite3.connect(second.data_dir / "leadbot.db")) as found:
        for table in ("web_sessions", "one_time_links", "push_subscriptions"):
            assert found.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert found.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_backup_is_made_in_mid_write(almaty: Api, app: Flask, config: Config, tmp_path: Path) -> None:
    writer = sqlite3.connect(config.data_dir / "leadbot.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE companies SET name = 'half'")
    assert backup.write(config, tmp_path / "b.tar.gz") > 0
    writer.execute("ROLLBACK")
    writer.close()
    second = settings(tmp_path / "second")
    backup.restore(second, tmp_path / "b.tar.gz")
    found = sqlite3.connect(second.data_dir / "leadbot.db").execute("SELECT name FROM companies").fetchall()
    assert found == [("Алматы",)]


def test_nothing_is_overwritten(almaty: Api, config: Config, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"
    path.write_text("mine")
    with pytest.raises(BackupError, match="is there already"):
        backup.write(config, path)
    assert path.read_text() == "mine"
    path.unlink()
    backup.write(config, path)
    with pytest.raises(BackupError, match="empty folder"):
        backup.restore(config, path)
    second = settings(tmp_path / "second")
    (second.data_dir / "files").mkdir()
    (second.data_dir / "files" / "a.jpg").write_text("mine")
    with pytest.raises(BackupError, match="files is there already"):
        backup.restore(second, path)
    assert not (second.data_dir / "leadbot.db").exists()


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "voice/../../evil", "jobs.db", "voice/.hidden", "other/a.jpg"]
)
def test_only_what_belongs_comes_out(tmp_path: Path, name: str) -> None:
    second = settings(tmp_path / "second")
    with pytest.raises(BackupError, match="no backup of Leadbot"):
        backup.restore(second, archive_with(tmp_path / "b.tar.gz", **{"leadbot.db": b"", name: b"evil"}))
    assert sorted(one.name for one in second.data_dir.iterdir()) == ["secret_key"]
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_database_is_refused(tmp_path: Path, content: bytes) -> None:
    second = settings(tmp_path / "second")
    with pytest.raises(BackupError, match="damaged"):
        backup.restore(second, archive_with(tmp_path / "b.tar.gz", **{"leadbot.db": content}))
    assert not (second.data_dir / "leadbot.db").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b\x08\x00cut"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.tar.gz"
    path.write_bytes(content)
    with pytest.raises(BackupError):
        backup.restore(settings(tmp_path / "second"), path)


def test_a_cut_archive_leaves_nothing_behind(almaty: Api, config: Config, tmp_path: Path) -> None:
    path = tmp_path / "b.tar.gz"
    backup.write(config, path)
    path.write_bytes(path.read_bytes()[:-2000])
    second = settings(tmp_path / "second")
    with pytest.raises(BackupError):
        backup.restore(second, path)
    assert sorted(one.name for one in second.data_dir.iterdir()) == ["secret_key"]


def test_a_backup_of_a_newer_copy_is_refused(almaty: Api, config: Config, tmp_path: Path) -> None:
    with sqlite3.connect(config.data_dir / "leadbot.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    backup.write(config, tmp_path / "b.tar.gz")
    with pytest.raises(BackupError, match="newer Leadbot"):
        backup.restore(settings(tmp_path / "second"), tmp_path / "b.tar.gz")


def test_postgresql_is_left_to_its_own_tools(config: Config, tmp_path: Path) -> None:
    other = config.replace(database_url="postgresql+psycopg://user@host/name")
    for act in (backup.write, backup.restore):
        with pytest.raises(BackupError, match="pg_dump"):
            act(other, tmp_path / "b.tar.gz")
    assert not (tmp_path / "b.tar.gz").exists()


def test_the_commands_say_in_a_line_what_they_did(app: Flask, almaty: Api, tmp_path: Path) -> None:
    runner, path = app.test_cli_runner(), str(tmp_path / "b.tar.gz")
    with app.app_context():
        made, again, onto = (runner.invoke(args=[command, path]) for command in ("backup", "backup", "restore"))
    assert made.exit_code == 0 and made.output.endswith("MB\n")
    assert again.exit_code == 1 and again.output.startswith("Error: ") and again.output.count("\n") == 1
    assert onto.exit_code == 1 and "empty folder" in onto.output
