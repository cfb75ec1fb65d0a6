"""What is shipped for operators is read by the very programs it is for, and says what the code says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from collecting import over
from conftest import config_from
from doubles.proxy import nginx_files

from leadbot import BODY_MOST_BYTES
from leadbot.config import Config
from leadbot.conversations import voice
from leadbot.files import kinds
from leadbot.serve import GRACE_SECONDS
from leadbot.transfer import imports

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = ("leadbot-web.service", "leadbot-worker.service")


def program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"needs {name}, which is not installed")
    return found


def said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_nginx_takes_its_file_without_a_warning(tmp_path: Path) -> None:
    config = nginx_files(tmp_path, upstream_port=8000, ports=(8080, 8443))
    told = said(program("nginx"), "-t", "-p", str(tmp_path), "-c", str(config))
    assert "syntax is ok" in told and "[warn]" not in told


def test_caddy_takes_its_file_as_it_is_formatted() -> None:
    caddy = program("caddy")
    path = str(DEPLOY / "Caddyfile")
    assert '"warn"' not in said(caddy, "validate", "--adapter", "caddyfile", "--config", path)
    done = subprocess.run([caddy, "fmt", path], capture_output=True, text=True, timeout=60)
    assert done.stdout == (DEPLOY / "Caddyfile").read_text()


def bytes_of(size: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(\w*)", size).groups()  # type: ignore[union-attr]
    return int(number) * {"": 1, "k": 1024, "m": 1024**2, "KB": 1000, "MB": 1000**2}[unit]


@over(["nginx.conf", "Caddyfile"])
def test_a_proxy_lets_through_what_the_application_takes(name: str) -> None:
    sizes = [
        bytes_of(size) for size in re.findall(r"(?:client_max_body_size|max_size) (\w+)", (DEPLOY / name).read_text())
    ]
    uploads = max(kinds.MOST_BYTES, voice.MOST_BYTES) + 64 * 1024
    assert BODY_MOST_BYTES in sizes
    assert max(sizes) >= imports.MOST_BYTES
    assert any(uploads <= size < 2 * uploads for size in sizes)


def settings() -> set[str]:
    """Every variable that config.py reads."""
    names = {name.upper() for name in Config.model_fields} - {"TESTING"}
    return names - {"DATA_DIR"} | {"LEADBOT_DATA_DIR"}


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_compose_sets_what_there_is_to_set(tmp_path: Path) -> None:
    services = compose()["services"]
    for name in ("migrate", "web", "worker"):
        assert set(services[name]["environment"]) <= settings()
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    assert asked <= settings() | {"POSTGRES_PASSWORD"}
    config_from({"LEADBOT_DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 48, "WEB_WORKERS": "", "TRUSTED_HOSTS": ""})


def test_compose_migrates_once_before_anything_serves() -> None:
    services = compose()["services"]
    assert services["migrate"]["restart"] == "no"
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source in compose()["volumes"] or (DEPLOY / source).exists() or source == "./tls"
        grace = service.get("stop_grace_period", "12s")
        assert int(grace.removesuffix("s")) > GRACE_SECONDS + 1
    assert services["web"]["environment"]["PROXY_HOPS"] == "1"


def test_the_image_runs_as_nobody_special_and_copies_what_there_is() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert "USER leadbot" in lines
    assert [line.split()[0] for line in lines if line.startswith(("USER", "CMD"))] == ["USER", "CMD"]
    for line in lines:
        if line.startswith("COPY"):
            assert all((DEPLOY.parent / source).exists() for source in line.split()[1:-1]), line


@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_its_units(name: str, tmp_path: Path) -> None:
    unit = (DEPLOY / name).read_text()
    stop = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert stop and int(stop[1]) > GRACE_SECONDS + 1
    # where they are meant to be there is nothing on this machine
    (tmp_path / name).write_text(unit.replace("/opt/leadbot/.venv/bin/", "/usr/bin/env -S "))
    told = said(program("systemd-analyze"), "verify", "--man=no", str(tmp_path / name))
    assert name not in told
    assert not re.search(r"(?i)unknown|ignoring", told)
