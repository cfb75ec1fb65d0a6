"""Every environment variable, read once, typed and strictly: a bad value stops the start with a clear line."""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
WRONG_REVISION = 78  # exit code of a program that finds another database than it needs, EX_CONFIG of sysexits.h
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
# The push services of browsers' makers: Chrome and most others, Firefox, Safari, Edge.
PUSH_HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com")
VAPID_BYTES = 32
SECRET_LEAST = 32  # characters
_HOST = re.compile(r"(?:(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[::1\])(?::[1-9]\d{0,4})?")
_SENDER = re.compile(r"[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+")


class ConfigError(Exception):
    """A setting is wrong; the text names the variable and what it may be."""


def _address(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (raises where it is no number)
        if parts.scheme not in schemes or not (parts.netloc or parts.scheme == "unix"):
            raise ValueError(f"must be an address that begins with {' or '.join(s + '://' for s in schemes)}")
        return value.rstrip("/")

    return AfterValidator(check)


def _check_database(url: str) -> str:
    if not url.startswith((SQLITE_URL, "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return url


def _check_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    hosts = tuple(host.lower() for host in hosts)
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError("must be hosts as api.example.com, *.example.com or 127.0.0.1:11434")
    return hosts


def _check_sender(value: str) -> str:
    if not _SENDER.fullmatch(value):
        raise ValueError("must be an address as leadbot@example.com or Leadbot <leadbot@example.com>")
    return value


def _check_vapid(key: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", key):
        raise ValueError(f"must be {VAPID_BYTES} bytes as base64url, as VAPID keys are written")
    return key


def _check_old_secrets(keys: tuple[str, ...]) -> tuple[str, ...]:
    if any(len(key) < SECRET_LEAST for key in keys):
        raise ValueError(f"must be keys of at least {SECRET_LEAST} characters, separated by commas")
    return keys


def _split(value: object) -> object:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


Web = Annotated[str, _address("http", "https")]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Config(BaseSettings):
    """The settings of one running copy. Each is the variable of its name in upper case; empty counts as not set."""

    model_config = SettingsConfigDict(
        alias_generator=AliasGenerator(validation_alias=str.upper),
        case_sensitive=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        str_strip_whitespace=True,
    )

    data_dir: Path = Field(default=ROOT / "instance", validation_alias="LEADBOT_DATA_DIR", validate_default=True)
    secret_key: str = Field(
        default_factory=lambda known: _kept_secret(known["data_dir"]), min_length=SECRET_LEAST, repr=False
    )
    secret_key_fallbacks: Annotated[Words, AfterValidator(_check_old_secrets)] = Field(default=(), repr=False)
    database_url: Annotated[str, AfterValidator(_check_database)] = Field(
        default_factory=lambda known: f"{SQLITE_URL}{known['data_dir'] / 'leadbot.db'}", repr=False
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    database_pool: int = Field(default=10, ge=POOL_LEAST, le=500)
    redis_url: Annotated[str, _address("redis", "rediss", "unix")] | None = Field(default=None, repr=False)
    access_token_expire_minutes: int = Field(default=10080, ge=1, le=5_256_000)
    public_url: Web | None = None
    trusted_hosts: Words = ()
    proxy_hops: int = Field(default=0, ge=0, le=10)
    openai_api_key: str | None = Field(default=None, repr=False)
    openai_base_url: Web | None = None
    openai_model: str = "gpt-4o-mini"
    openai_transcribe_model: str = "whisper-1"
    openai_timeout_seconds: float = Field(default=9.0, ge=0.1, le=60.0, allow_inf_nan=False)
    openai_allowed_hosts: Annotated[Words, AfterValidator(_check_hosts)] = MODEL_HOSTS
    model_tokens_per_day: int = Field(default=5_000_000, ge=0, le=10**12)  # of all companies on the key above
    telegram_bot_token: str | None = Field(default=None, repr=False)
    telegram_api_url: Web = "https://api.telegram.org"
    smtp_url: Annotated[str, _address("smtp", "smtps")] | None = Field(default=None, repr=False)
    mail_from: Annotated[str, AfterValidator(_check_sender)] | None = None
    vapid_private_key: Annotated[str, AfterValidator(_check_vapid)] | None = Field(default=None, repr=False)
    push_allowed_hosts: Annotated[Words, AfterValidator(_check_hosts)] = PUSH_HOSTS
    metrics_token: str | None = Field(default=None, min_length=16, repr=False)
    log_format: Literal["json", "text"] = "json"
    ratelimit_enabled: bool = True
    api_requests_per_minute: int = Field(default=12_000, ge=1, le=10**9)  # of one company
    tenancy_net: bool = True
    web_workers: int = Field(default_factory=lambda known: _usual_workers(known["database_url"]), ge=1, le=64)
    web_threads: int = Field(default=250, ge=1, le=2000)
    testing: bool = Field(default=False, validation_alias="LEADBOT_TESTING")

    @classmethod
    def from_env(cls) -> Config:
        """Read the environment. Raises ConfigError. Makes the data folder, and the keys that are not given."""
        try:
            read = cls()
        except ValidationError as error:
            faults = [fault for fault in error.errors() if fault["type"] != "default_factory_not_called"]
            raise ConfigError("; ".join(map(_line, faults))) from None
        return read.replace(vapid_private_key=read.vapid_private_key or _kept_vapid_key(read.data_dir))

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in values.items() if not (isinstance(value, str) and not value.strip())}

    @field_validator("data_dir")
    @classmethod
    def _make_folder(cls, path: Path) -> Path:
        return _private_folder(path.expanduser().resolve())

    def replace(self, **changes: Any) -> Config:
        """The same settings but for some, which are not checked."""
        return self.model_copy(update=changes)

    @property
    def signing_keys(self) -> list[str]:
        """What itsdangerous signs with, the last, and believes: SECRET_KEY and those before it."""
        return [*reversed(self.secret_key_fallbacks), self.secret_key]

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


def _line(fault: Any) -> str:
    """One line for the operator: the variable and what it may be; never its value, which may be a secret."""
    name = str(fault["loc"][0]) if fault["loc"] else "settings"
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}"


def _usual_workers(database_url: str) -> int:
    """Two processes that write meet in SQLite's busy handler: as many turns, and the slowest take twice as long."""
    return 1 if database_url.startswith("sqlite") else min(2, os.cpu_count() or 1)


def _private_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ValueError(f"{path} can't be made: {error.strerror}") from None
    if not os.access(path, os.W_OK):
        raise ValueError(f"{path} can't be written to")
    return path


def _kept_secret(data_dir: Path) -> str:
    """The key of this installation: made once, kept 0600; the same for all processes and after a restart."""
    key = _kept(data_dir / "secret_key", lambda: secrets.token_urlsafe(48))
    if len(key) < SECRET_LEAST:
        path = data_dir / "secret_key"
        raise ConfigError(f"the secret key in {path} is damaged; delete the file to make a new one (all log-ins end)")
    return key


def _kept_vapid_key(data_dir: Path) -> str:
    """The key that push services know this installation by: made once, kept 0600. Browsers are bound to it."""
    path = data_dir / "vapid_private_key"
    key = _kept(path, _new_vapid_key)
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", key):
        raise ConfigError(f"the key in {path} is damaged; delete the file to make a new one (browsers begin anew)")
    return key


def _new_vapid_key() -> str:
    from cryptography.hazmat.primitives.asymmetric import ec  # needed once in the life of an installation

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(VAPID_BYTES, "big")).rstrip(b"=").decode()


def _kept(path: Path, make: Callable[[], str]) -> str:
    """What stands in a file of our own; made at the first time, by one of those that ask at once."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:  # link, not rename: of two processes that start together one wins and both read the same key
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
