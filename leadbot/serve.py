"""`python -m leadbot.serve`: web and worker under one supervisor that brings back whichever dies.

Everything a copy keeps, the supervisor's own files too, lies in its data folder, so that copies don't meet.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from ctypes import CDLL
from pathlib import Path

from dotenv import load_dotenv

from leadbot.config import ROOT, WRONG_REVISION, Config, ConfigError
from leadbot.operations import private_files

PR_SET_PDEATHSIG = 1  # prctl(2)
GRACE_SECONDS = 8  # for requests under way when the end comes; the supervisor kills what is left after one more
PORT_SECONDS = GRACE_SECONDS + 3  # a copy that was killed a moment ago holds the port until its requests are through
SUPERVISOR_PID = "LEADBOT_SUPERVISOR_PID"  # tells web and worker whose children they are

# The worker is nice: clients and managers come first, at the start above all.
SUPERVISOR = """\
[supervisord]
nodaemon=true
directory={root}
logfile=/dev/null
logfile_maxbytes=0
pidfile={data_dir}/supervisor.pid
loglevel=warn
silent=true
user={user}

[program:web]
command={python} -m gunicorn --config {root}/gunicorn.conf.py wsgi:app
{common}

[program:worker]
command=nice -n 10 {python} -m flask --app wsgi:app worker
{common}
"""
COMMON = """\
directory={root}
autorestart=unexpected
exitcodes={wrong_revision}
startsecs=0
startretries=1000000
stopsignal=TERM
stopwaitsecs={wait}
stdout_logfile=/dev/fd/1
stdout_logfile_maxbytes=0
redirect_stderr=true"""


def main() -> None:
    """Check the settings, then become the supervisor. Exits with a clear line where something is wrong."""
    load_dotenv(ROOT / ".env")
    try:
        config = Config.from_env()
    except ConfigError as error:
        sys.exit(f"leadbot: {error}")
    private_files.keep(config)
    if not _becomes_free(config.host, config.port):
        sys.exit(f"leadbot: {config.host}:{config.port} is taken. Set PORT to another, for example: make run PORT=8001")
    # What the settings came to, for the three processes: their working folder need not be ours.
    os.environ.update(
        {"LEADBOT_DATA_DIR": str(config.data_dir), "PYTHONUNBUFFERED": "1", SUPERVISOR_PID: str(os.getpid())}
    )
    print(f"Leadbot is starting on http://{_shown_host(config.host)}:{config.port}", flush=True)  # noqa: T201
    upgraded = subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi:app", "upgrade"], cwd=ROOT)
    if upgraded.returncode:
        sys.exit(upgraded.returncode)  # it has said why
    file = config.data_dir / "supervisor.conf"
    file.write_text(_supervisor_file(config))
    os.execv(sys.executable, [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(file)])  # noqa: S606


def die_with_supervisor() -> None:
    """End when the supervisor does, where there is one: web and worker call this before all else they load."""
    if SUPERVISOR_PID in os.environ:
        die_with_parent(int(os.environ[SUPERVISOR_PID]), signal.SIGTERM)


def die_with_parent(parent: int, signal_number: int = signal.SIGKILL) -> None:
    """Let the kernel end this process when its parent dies, so that nobody keeps half a service alive (Linux only).

    A parent that died before the kernel was asked sends no signal any more: whoever has another one by then ends here.
    """
    if sys.platform == "linux":
        CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal_number)


def _supervisor_file(config: Config) -> str:
    root = _escaped(ROOT)
    common = COMMON.format(root=root, wait=GRACE_SECONDS + 1, wrong_revision=WRONG_REVISION)
    return SUPERVISOR.format(
        root=root, data_dir=_escaped(config.data_dir), python=_escaped(sys.executable), common=common, user=os.getuid()
    )


def _escaped(path: Path | str) -> str:
    return str(path).replace("%", "%%")


def _becomes_free(host: str, port: int) -> bool:
    give_up_at = time.monotonic() + PORT_SECONDS
    while not _is_free(host, port):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.1)
    return True


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _shown_host(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104


if __name__ == "__main__":
    main()
