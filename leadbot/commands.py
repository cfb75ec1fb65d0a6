"""Where the flask command finds ours."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup


class LateCommands(AppGroup):
    """The command line, loaded when somebody types a command: who serves pages has no use for it."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app.name)
        self._app = app
        self._is_loaded = False

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        self._load(with_alembic=name == "db")
        return super().get_command(context, name)

    def list_commands(self, context: click.Context) -> list[str]:
        self._load(with_alembic=True)
        return super().list_commands(context)

    def _load(self, *, with_alembic: bool) -> None:
        from leadbot import cli, upgrade

        if not self._is_loaded:
            self._is_loaded = True
            cli.init_app(self._app)
        if with_alembic:
            upgrade.load_alembic(self._app)
