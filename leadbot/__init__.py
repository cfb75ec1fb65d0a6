"""Leadbot turns the talk of a company's clients into leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from leadbot.config import Config

BODY_MOST_BYTES = 256 * 1024


def create_app(config: Config | None = None) -> Flask:
    """Wire extensions, tenancy, doors and errors together. Raises ConfigError where a setting is wrong."""
    # Imported here, so that an engine can be used without the house around it.
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from leadbot import api, cli, headers, jobs, logs, state, subscribers, web, widget
    from leadbot.accounts import limits
    from leadbot.config import Config
    from leadbot.database import migrate, tenancy
    from leadbot.database.outage import Outage
    from leadbot.database.session import db, engine_options, prepare_engine
    from leadbot.engines import OwnModels, build_engine, build_rules, build_speech
    from leadbot.operations import private_files
    from leadbot.texts import catalogues

    config = config or Config.from_env()
    private_files.keep(config)
    app = Flask("leadbot", template_folder="../templates", static_folder="../static")
    app.config.update(_flask_settings(config))
    app.json.ensure_ascii, app.json.sort_keys = False, False  # type: ignore[attr-defined]  # as the contract reads
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config.database_url, config.database_pool)
    held = state.hold(app, config)
    held.redis = Outage()
    held.rules, held.engine, held.speech = build_rules(), build_engine(config), build_speech(config)
    held.own_models = OwnModels(config, held.rules)
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    logs.init_app(app, config)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        tenancy.guard(db.session, db.engine, reads_sql=config.tenancy_net)
    subscribers.init_app(app)
    catalogues.init_app(app)
    limits.init_app(app, config)
    jobs.init_app(app)
    for door in (web, api, widget):
        door.init_app(app)
    headers.init_app(app, is_https=config.is_https)
    cli.init_app(app)
    migrate.load_alembic(app)
    return app


def _flask_settings(config: Config) -> dict[str, object]:
    cookie = "__Host-leadbot" if config.is_https else f"leadbot-{config.port}"
    return {
        "SECRET_KEY": config.secret_key,
        "SECRET_KEY_FALLBACKS": list(config.secret_key_fallbacks),
        "WTF_CSRF_SECRET_KEY": config.signing_keys,
        "TESTING": config.testing,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "MAX_CONTENT_LENGTH": BODY_MOST_BYTES,
        "TRUSTED_HOSTS": list(config.answered_hosts) or None,
        "SESSION_COOKIE_NAME": cookie,
        "SESSION_COOKIE_SECURE": config.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 7 * 24 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,  # a board stays open for days
        "WTF_CSRF_SSL_STRICT": False,
    }
