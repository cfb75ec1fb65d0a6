"""How gunicorn serves Leadbot: two processes of many threads, since a turn may wait seconds for a model."""

import gc

from leadbot.config import Config
from leadbot.serve import GRACE_SECONDS, die_with_parent

settings = Config.from_env()
bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
workers = settings.web_workers
threads = settings.web_threads
worker_class = "leadbot.api.unreadable.Worker"  # gthread, whose refusals are JSON
worker_connections = max(1000, 2 * threads)
preload_app = True
timeout = 60
graceful_timeout = GRACE_SECONDS
keepalive = 5
control_socket_disable = True  # it would lie in the home folder, one for all copies
worker_tmp_dir = None
forwarded_allow_ips = ""  # ProxyFix counts the hops, see PROXY_HOPS
limit_request_line = 8190
limit_request_fields = 100
loglevel = "warning"


def on_starting(server):
    """Serve nobody from a database of another revision."""
    from leadbot import logs
    from leadbot.database.migrate import stop_unless_newest
    from leadbot.engines.rules.reading.extract import warm_up
    from wsgi import app

    for handler in server.log.error_log.handlers:
        handler.setFormatter(logs.Lines(settings.log_format))
    warm_up()  # before the fork: the workers share what is read
    with app.app_context():
        stop_unless_newest()


def when_ready(server):
    """Say where."""
    server.log.warning("Leadbot serves on http://%s", bind.replace("127.0.0.1", "localhost"))


def pre_fork(server, worker):
    """Let the workers share what is loaded: the collector would write into every object of it, and copy it so."""
    gc.collect()
    gc.freeze()


def post_fork(server, worker):
    """A worker that outlived its master would hold the port."""
    die_with_parent(worker.ppid)
