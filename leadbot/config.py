"""Every environment variable, read once, typed and strictly: a bad value stops the start with a clear line."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SQLITE_URL = "sqlite:///"
POOL_LEAST = 2  # a migration runs beside the connection that holds its lock
LOCAL_HOSTS = ("localhost", "127.0.0.1")

# Vendors that speak OpenAI's language, by the addresses in their own documentation. `*` stands for one name.
MODEL_HOSTS = (
    "api.openai.com", "*.openai.azure.com", "*.cognitiveservices.azure.com", "*.services.ai.azure.com",
    "api.deepseek.com", "api.groq.com", "api.together.xyz", "api.together.ai", "api.mistral.ai", "openrouter.ai",
    "generativelanguage.googleapis.com", "dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com",
    "dashscope-us.aliyuncs.com", "*.ap-southeast-1.maas.aliyuncs.com", "*.us-east-1.maas.aliyuncs.com",
    "*.cn-hongkong.maas.aliyuncs.com", "*.ap-northeast-1.maas.aliyuncs.com", "api.anthropic.com", "api.x.ai",
    "api.moonshot.ai", "api.fireworks.ai", "api.cerebras.ai", "ai.api.cloud.yandex.net", "llm.api.cloud.yandex.net",
)  # fmt: skip
_HOST = re.compile(r"(?:(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[::1\])(?::[1-9]\d{0,4})?")


class ConfigError(Exception):
    """A setting is wrong; the text names the variable and what it may be."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one running copy. Field names are the variables' own in lower case."""

    data_dir: Path
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    database_pool: int = 10
    redis_url: str | None = field(default=None, repr=False)
    access_token_expire_minutes: int = 10080
    public_url: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    openai_api_key: str | None = field(default=None, repr=False)
    openai_base_url: str | None = None
    openai_model: str = "gpt-4o-mini"
    openai_transcribe_model: str = "whisper-1"
    openai_timeout_seconds: float = 9.0
    openai_allowed_hosts: tuple[str, ...] = MODEL_HOSTS
    model_tokens_per_day: int = 5_000_000  # of all companies on the key above
    telegram_bot_token: str | None = field(default=None, repr=False)
    telegram_api_url: str = "https://api.telegram.org"
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    metrics_token: str | None = field(default=None, repr=False)
    ratelimit_enabled: bool = True
    tenancy_net: bool = True
    web_workers: int = 2
    web_threads: int = 250
    testing: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Config:
        """Read the settings. Raises ConfigError. Makes the data folder, and the secret key where none is given."""
        read = _Reader(os.environ if env is None else env)
        data_dir = Path(read.text("LEADBOT_DATA_DIR") or ROOT / "instance").expanduser().resolve()
        _make_private_folder(data_dir)
        database_url = read.database_url("DATABASE_URL") or f"{SQLITE_URL}{data_dir / 'leadbot.db'}"
        # Two processes that write meet in SQLite's busy handler: as many turns, and the slowest take twice as long.
        workers = 1 if database_url.startswith("sqlite") else min(2, os.cpu_count() or 1)
        return cls(
            data_dir=data_dir,
            secret_key=read.text("SECRET_KEY", at_least=32) or _kept_secret(data_dir),
            database_url=database_url,
            host=read.text("HOST") or "127.0.0.1",
            port=read.whole("PORT", 8000, 1, 65535),
            database_pool=read.whole("DATABASE_POOL", 10, POOL_LEAST, 500),
            redis_url=read.url("REDIS_URL", ("redis", "rediss", "unix")),
            access_token_expire_minutes=read.whole("ACCESS_TOKEN_EXPIRE_MINUTES", 10080, 1, 5_256_000),
            public_url=(read.url("PUBLIC_URL", ("http", "https")) or "").rstrip("/") or None,
            trusted_hosts=read.words("TRUSTED_HOSTS"),
            proxy_hops=read.whole("PROXY_HOPS", 0, 0, 10),
            openai_api_key=read.text("OPENAI_API_KEY"),
            openai_base_url=read.url("OPENAI_BASE_URL", ("http", "https")),
            openai_model=read.text("OPENAI_MODEL") or "gpt-4o-mini",
            openai_transcribe_model=read.text("OPENAI_TRANSCRIBE_MODEL") or "whisper-1",
            openai_timeout_seconds=read.number("OPENAI_TIMEOUT_SECONDS", 9.0, 0.1, 60.0),
            openai_allowed_hosts=read.hosts("OPENAI_ALLOWED_HOSTS") or MODEL_HOSTS,
            model_tokens_per_day=read.whole("MODEL_TOKENS_PER_DAY", 5_000_000, 0, 10**12),
            telegram_bot_token=read.text("TELEGRAM_BOT_TOKEN"),
            telegram_api_url=(read.url("TELEGRAM_API_URL", ("http", "https")) or "https://api.telegram.org").rstrip(
                "/"
            ),
            smtp_url=read.url("SMTP_URL", ("smtp", "smtps")),
            mail_from=read.address("MAIL_FROM"),
            metrics_token=read.text("METRICS_TOKEN", at_least=16),
            ratelimit_enabled=read.flag("RATELIMIT_ENABLED", True),
            tenancy_net=read.flag("TENANCY_NET", True),
            web_workers=read.whole("WEB_WORKERS", workers, 1, 64),
            web_threads=read.whole("WEB_THREADS", 250, 1, 2000),
        )

    @property
    def is_https(self) -> bool:
        """People reach this copy over https: cookies are then Secure and bound to the host."""
        return bool(self.public_url and self.public_url.startswith("https://"))

    @property
    def answered_hosts(self) -> tuple[str, ...]:
        """Host names that are answered, all where it is empty: TRUSTED_HOSTS, else the host of PUBLIC_URL; and this
        machine's own names, by which it is asked whether it is well. An address of IPv6 Werkzeug can't be told."""
        public = urlsplit(self.public_url or "").hostname or ""
        hosts = self.trusted_hosts or ((public,) if public and ":" not in public else ())
        return (*hosts, *(name for name in LOCAL_HOSTS if name not in hosts)) if hosts else ()

    @property
    def base_url(self) -> str:
        """Where people reach this copy, without a slash at the end; never taken from a request's Host."""
        return self.public_url or f"http://localhost:{self.port}"


class _Reader:
    """Reads single variables out of a mapping; an empty value counts as not set."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def text(self, name: str, *, at_least: int = 0) -> str | None:
        value = self._env.get(name, "").strip()
        if value and len(value) < at_least:
            raise ConfigError(f"{name} is too short: at least {at_least} characters")
        return value or None

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in (self.text(name) or "").split(",") if word.strip())

    def hosts(self, name: str) -> tuple[str, ...]:
        hosts = tuple(word.lower() for word in self.words(name))
        for host in hosts:
            if not _HOST.fullmatch(host):
                raise ConfigError(f"{name} must be hosts as api.example.com, *.example.com or 127.0.0.1:11434")
        return hosts

    def flag(self, name: str, default: bool) -> bool:
        value = (self.text(name) or str(default)).lower()
        if value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
            raise ConfigError(f"{name} must be true or false, not {value!r}")
        return value in {"true", "1", "yes", "on"}

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        return int(self._bounded(name, default, least, most, int))

    def number(self, name: str, default: float, least: float, most: float) -> float:
        return float(self._bounded(name, default, least, most, float))

    def _bounded(self, name: str, default: float, least: float, most: float, kind: type) -> float:
        value = self.text(name)
        if value is None:
            return default
        try:
            number: float = kind(value)
        except ValueError:
            raise ConfigError(f"{name} must be a number from {least} to {most}, not {value!r}") from None
        if not least <= number <= most:  # also refuses nan
            raise ConfigError(f"{name} must be a number from {least} to {most}, not {value!r}")
        return number

    def url(self, name: str, schemes: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        parts = urlsplit(value)
        try:
            parts.port  # noqa: B018  (raises where it is no number)
        except ValueError:
            raise ConfigError(f"{name} has a port that is not a number from 0 to 65535") from None
        if parts.scheme not in schemes or not (parts.netloc or parts.scheme == "unix"):
            raise ConfigError(f"{name} must be an address that begins with {' or '.join(s + '://' for s in schemes)}")
        return value

    def address(self, name: str) -> str | None:
        value = self.text(name)
        if value and not re.fullmatch(r"[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+", value):
            raise ConfigError(f"{name} must be an address as leadbot@example.com or Leadbot <leadbot@example.com>")
        return value

    def database_url(self, name: str) -> str | None:
        value = self.text(name)
        if value and not value.startswith((SQLITE_URL, "postgresql+psycopg://")):
            raise ConfigError(f"{name} must begin with sqlite:/// or postgresql+psycopg://")
        return value


def _make_private_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"LEADBOT_DATA_DIR: {path} can't be made: {error.strerror}") from None
    if not os.access(path, os.W_OK):
        raise ConfigError(f"LEADBOT_DATA_DIR: {path} can't be written to")


def _kept_secret(data_dir: Path) -> str:
    """The key of this installation: made once, kept 0600; the same for all processes and after a restart."""
    path = data_dir / "secret_key"
    draft = data_dir / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:  # link, not rename: of two processes that start together one wins and both read the same key
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_text().strip()
    if len(key) < 32:
        raise ConfigError(f"the secret key in {path} is damaged; delete the file to make a new one (all log-ins end)")
    return key
