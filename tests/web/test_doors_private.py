"""What a copy keeps is its user's alone, and what clients sent stays in no cache."""

from __future__ import annotations

import io
import os
import re
import stat
from pathlib import Path

import pytest
from conftest import Api, Web, contract_dialogue, log_in_web, sign_up_api
from flask import Flask

from leadbot import create_app, jobs
from leadbot.config import Config
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import LeadImport
from leadbot.operations import private_files
from leadbot.transfer import imports

OGG = b"OggS" + b"\0" * 200
LEADS = "Телефон;Имя\n87015554433;Дана\n".encode()


@pytest.fixture
def web(app: Flask, api_almaty: Api) -> Web:
    return log_in_web(app, "manager@almaty.kz")


def open_to_others(folder: Path) -> dict[str, str]:
    """What in a folder others may read or enter."""
    every = [folder, *folder.rglob("*")]
    return {str(path): oct(path.stat().st_mode) for path in every if stat.S_IMODE(path.stat().st_mode) & 0o077}


def test_all_that_is_made_is_private_whatever_the_umask_was(config: Config) -> None:
    os.umask(0o022)
    config.data_dir.chmod(0o755)
    app = create_app(config.replace(ratelimit_enabled=True))
    jobs.build_huey(config).storage.enqueue(b"x")
    api = sign_up_api(app, "manager@almaty.kz", "Стройка")
    api.post("/api/chat", data={"user_id": "c", "audio_file": (io.BytesIO(OGG), "v.ogg")})
    log_in_web(app, "manager@almaty.kz").post("/leads/import", {"file": (io.BytesIO(LEADS), "leads.csv")})
    assert {"voice", "imports", "jobs.db"} <= {path.name for path in config.data_dir.iterdir()}
    assert open_to_others(config.data_dir) == {}


def test_what_was_there_before_is_put_right_at_the_start(config: Config, tmp_path: Path) -> None:
    data_dir = tmp_path / "old"
    ours = [
        data_dir / name
        for name in (
            "leadbot.db", "leadbot.db-wal", "leadbot.db-shm", "jobs.db", "jobs.db-wal", "limits.db", "secret_key",
            "supervisor.conf", "voice/a.ogg", "files/b.jpg", "imports/1-x.csv",
        )
    ]  # fmt: skip
    elsewhere = tmp_path / "elsewhere.db"
    for path in (*ours, elsewhere):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        path.parent.chmod(0o755)
        path.touch()
        path.chmod(0o644)
    private_files.keep(config.replace(data_dir=data_dir, database_url=f"sqlite:///{elsewhere}"))
    assert open_to_others(data_dir) == {}
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600


def test_a_folder_shared_with_all_stays_as_it_is(config: Config, tmp_path: Path) -> None:
    shared, stranger = tmp_path / "tmp", tmp_path / "tmp" / "others.txt"
    shared.mkdir()
    stranger.touch()
    stranger.chmod(0o644)
    shared.chmod(0o1777)
    private_files.keep(config.replace(data_dir=shared))
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
    assert stat.S_IMODE(stranger.stat().st_mode) == 0o644


def lay(web: Web) -> str:
    answer = web.post("/leads/import", {"file": (io.BytesIO(LEADS), "leads.csv")})
    return str(answer.location.rpartition("/")[2])


def test_a_file_of_leads_goes_within_the_hour(app: Flask, web: Web, config: Config) -> None:
    old, going, fresh = lay(web), lay(web), lay(web)
    web.post(f"/leads/import/{going}")
    for path in (config.data_dir / "imports").iterdir():
        if fresh not in path.name:
            os.utime(path, (0, path.stat().st_mtime - imports.LASTS_SECONDS - 1))
    jobs.sweeping(app).go()
    left = {path.name.partition("-")[2] for path in (config.data_dir / "imports").iterdir()}
    assert left == {going, fresh} and old not in left
    with app.app_context():
        tenancy.act_for(1)
        assert db.session.query(LeadImport).count() == 1


def test_sounds_and_exports_are_kept_by_no_cache(app: Flask, api_almaty: Api, web: Web) -> None:
    contract_dialogue(api_almaty)
    api_almaty.post("/api/chat", data={"user_id": "v", "audio_file": (io.BytesIO(OGG), "v.ogg")})
    page = web.get("/conversations/2").text
    sound = re.search(r'"(/conversations/2/voice/\d+)"', page)
    assert sound, page
    for path in (sound[1], "/leads/export.csv", "/leads/export.xlsx", "/leads/1/transcript.txt"):
        answer = web.get(path)
        assert answer.status_code == 200, path
        assert answer.headers.getlist("Cache-Control") == ["no-store"], path
