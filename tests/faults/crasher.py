"""Kills of any process, one after the other, spread evenly over the turns of a crowd."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from faults.clients import TURNS

VICTIMS = ("worker", "supervisor", "master", "web")


@dataclass(frozen=True)
class Size:
    """How large a loop is. Each company has a chat of its own, which takes one notice a second."""

    talks: int
    kills: int
    companies: int
    clients: int = 8
    refused_most: int = 1  # times that Telegram refuses one notice: after a third it would wait ten minutes
    told_within_seconds: float = 75  # a killed worker's claim runs out after 30, a second retry comes after 30 more

    @property
    def turns(self) -> int:
        return self.talks * len(TURNS)


class Mortal(Protocol):
    def kill(self, whom: str) -> None: ...


class Crasher:
    """In its block, every so many counted turns, kill one of VICTIMS. Raises where one can't be started again."""

    def __init__(self, copy: Mortal, size: Size) -> None:
        self._copy, self._size = copy, size
        self._lock = threading.Lock()
        self._turns = 0
        self._orders: SimpleQueue[bool] = SimpleQueue()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._obey)

    def count_turn(self) -> None:
        with self._lock:
            self._turns += 1
            kills_due = self._turns * (self._size.kills + 1) // self._size.turns
            kills_before = (self._turns - 1) * (self._size.kills + 1) // self._size.turns
        if kills_before < kills_due <= self._size.kills:
            self._orders.put(True)

    def __enter__(self) -> Crasher:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._orders.put(False)
        self._thread.join()
        if self._error and not any(error):
            raise self._error

    def _obey(self) -> None:
        try:
            number = 0
            while self._orders.get():
                self._copy.kill(VICTIMS[number % len(VICTIMS)])
                number += 1
        except BaseException as error:
            self._error = error
