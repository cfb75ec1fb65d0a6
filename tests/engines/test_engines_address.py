"""The address of a model's server: as vendors document it, as people paste it, and who may be named at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from collecting import over
from conftest import config_from

from leadbot.config import MODEL_HOSTS, ConfigError
from leadbot.engines import address

CALLED = [
    # what somebody gives                                   the address below which is called
    (None, "https://api.openai.com/v1"),
    ("https://api.openai.com/v1", "https://api.openai.com/v1"),
    ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
    ("https://api.openai.com", "https://api.openai.com/v1"),
    ("https://api.deepseek.com", "https://api.deepseek.com/v1"),
    ("https://api.deepseek.com/", "https://api.deepseek.com/v1"),
    ("https://api.deepseek.com/beta", "https://api.deepseek.com/beta"),
    ("https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1"),
    ("https://api.together.xyz/v1", "https://api.together.xyz/v1"),
    ("https://api.mistral.ai", "https://api.mistral.ai/v1"),
    ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
    ("https://generativelanguage.googleapis.com/v1beta/openai/",
     "https://generativelanguage.googleapis.com/v1beta/openai"),
    ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
    ("https://firm.openai.azure.com", "https://firm.openai.azure.com/openai/v1"),
    ("https://firm.openai.azure.com/openai/v1/", "https://firm.openai.azure.com/openai/v1"),
    ("https://firm.openai.azure.com/openai/deployments/four?api-version=2024-10-21",
     "https://firm.openai.azure.com/openai/deployments/four"),
    ("https://firm.openai.azure.com/openai/deployments/four/chat/completions?api-version=2024-10-21",
     "https://firm.openai.azure.com/openai/deployments/four"),
    ("http://localhost:11434/v1", "http://localhost:11434/v1"),
    ("http://localhost:11434", "http://localhost:11434/v1"),
    ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ("HTTPS://API.OpenAI.com/v1/chat/completions", "https://api.openai.com/v1"),
]  # fmt: skip


@over(CALLED)
def test_an_address_as_vendors_document_it_is_the_one_that_is_called(given: str | None, called: str) -> None:
    assert address.read(given).base_url == called


def test_a_query_goes_with_every_call_and_azure_is_known_by_its_name() -> None:
    older = address.read("https://firm.openai.azure.com/openai/deployments/four?api-version=2024-10-21&x=")
    assert older.query == {"api-version": "2024-10-21", "x": ""} and older.is_azure
    assert not address.read("https://openai.azure.com.example.com/v1").is_azure


@over(["ftp://api.openai.com", "api.openai.com/v1", "https://", "https://x:99999/v1"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError):
        address.read(given)


@over(["https://api.openai.com/v1", "https://api.openai.com", "https://API.OPENAI.COM:443/v1",
     "https://ws1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1", "https://ai.api.cloud.yandex.net/v1",
     "https://firm.openai.azure.com/openai/deployments/four?api-version=2024-10-21",
     "https://api.deepseek.com", "https://openrouter.ai/api/v1"])  # fmt: skip
def test_known_vendors_may_be_named(url: str) -> None:
    assert address.is_allowed(url, MODEL_HOSTS)


@over(["http://api.openai.com/v1", "https://api.openai.com:8443/v1", "https://api.openai.com.evil.kz/v1",
     "https://evil.kz/api.openai.com", "https://evil.kz#api.openai.com", "https://api.openai.com@evil.kz/v1",
     "https://key@api.openai.com/v1", "https://api.openai.com\\@evil.kz/v1", "https://openai.azure.com/",
     "https://a.b.openai.azure.com", "https://.openai.azure.com", "https://evil.kz?x.openai.azure.com",
     "https://127.0.0.1/v1", "http://127.0.0.1:11434/v1", "https://[::1]/v1", "https://169.254.169.254/latest",
     "https://localhost", "https://api.openai.com:99999", "//api.openai.com", "javascript:alert(1)", ""])  # fmt: skip
def test_nobody_else_may(url: str) -> None:
    assert not address.is_allowed(url, MODEL_HOSTS)


def test_this_machine_may_be_named_where_it_is_listed_with_its_port() -> None:
    hosts = ("127.0.0.1:11434", "[::1]:8000", "localhost", "model.example.kz:8443")
    for url in ("http://127.0.0.1:11434/v1", "https://127.0.0.1:11434/v1", "http://[::1]:8000",
                "https://model.example.kz:8443/v1"):  # fmt: skip
        assert address.is_allowed(url, hosts), url
    for url in ("http://127.0.0.1:11435/v1", "http://localhost/v1", "http://localhost:80/v1",
                "http://model.example.kz:8443/v1", "https://model.example.kz/v1"):  # fmt: skip
        assert not address.is_allowed(url, hosts), url


def test_the_list_is_read_strictly(tmp_path: Path) -> None:
    def read(value: str) -> tuple[str, ...]:
        return config_from({"LEADBOT_DATA_DIR": str(tmp_path), "OPENAI_ALLOWED_HOSTS": value}).openai_allowed_hosts

    assert read("") == MODEL_HOSTS
    assert read(" API.example.kz:8443, *.example.com ,[::1]:8000") == (
        "api.example.kz:8443",
        "*.example.com",
        "[::1]:8000",
    )
    for wrong in ("https://api.openai.com", "api.openai.com/v1", "*", "a.*.com", "*.", "host:port", "host:0", "a b"):
        with pytest.raises(ConfigError, match="OPENAI_ALLOWED_HOSTS"):
            read(wrong)
