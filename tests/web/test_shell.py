"""What stands round every page: the rooms by their names, and a way back from a page that is in none of them."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue


def rail(page: str) -> list[tuple[str, str]]:
    """The rooms that a page offers: address and name."""
    shell = re.search(r'<nav class="nav".*?</nav>', page, re.DOTALL)
    found = re.findall(
        r'<a class="nav-link" href="([^"]+)".*?<span>([^<]*)</span>', shell[0] if shell else "", re.DOTALL
    )
    return [(url, name.strip()) for url, name in found]


ROOMS = [
    ("/board", "Доска"), ("/conversations", "Диалоги"), ("/tasks", "Напоминания"), ("/figures", "Показатели"),
    ("/settings", "Настройки"),
]  # fmt: skip


def test_every_room_bears_its_name_and_the_test_chat_is_none(almaty: Web) -> None:
    assert rail(almaty.get("/board").text) == ROOMS
    chat = almaty.get("/chat").text
    assert rail(chat) == ROOMS and re.search(r'href="/settings" aria-current="page"', chat)


@pytest.mark.parametrize("address", ["/nowhere", "/leads/999", "/conversations/999", "/logout"])
def test_what_is_not_there_leaves_the_rooms_where_they_are(almaty: Web, address: str) -> None:
    answer = almaty.get(address)
    assert answer.status_code in {404, 405}
    assert rail(answer.text) == ROOMS


@pytest.mark.parametrize(
    ("path", "back", "where"),
    [
        ("/leads/export", "/board", "bar"), ("/leads/import", "/board", "bar"), ("/leads/1/merge", "/leads/1", "bar"),
        ("/leads/1/erase", "/leads/1", "main"), ("/board/add", "/board", "main"),
    ],
)  # fmt: skip
def test_a_lone_page_has_a_way_back(almaty: Web, api_almaty: Api, path: str, back: str, where: str) -> None:
    contract_dialogue(api_almaty)
    own = almaty.get(path).text.split('<header class="bar">', 1)[1]
    bar, main = own.split("</header>", 1)
    link = {"bar": f'<a class="icon-button" href="{back}" aria-label=', "main": f'<a class="button" href="{back}"'}
    assert link[where] in {"bar": bar, "main": main}[where], path
