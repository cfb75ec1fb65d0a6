"""What is promised for bad days, the tests that prove it, and the table of both with what was measured."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

import pytest

PAGE = """\
# Faults

What Leadbot promises for bad days, and what came of trying. `make faults` kills processes, fills disks, holds and fails
their syncs, stops servers and writes this page; `make test` runs a short form of the same.

Each loop serves a copy of Leadbot as its user does (`python -m leadbot.serve`, two web processes and a worker), on
SQLite and on a PostgreSQL and a Redis of its own, all on one machine, with clients that keep to the contract: a message
is sent again under the same Idempotency-Key until an answer comes that is no 409, no 5xx and no broken connection,
after a pause as long as Retry-After says.

This run: {machine}. What is measured in seconds means something where no more
runs than there are cores.

{table}
"""


def machine() -> str:
    """Cores, and how many wanted one in the last quarter of an hour."""
    return f"{os.cpu_count()} cores, {os.getloadavg()[2]:.0f} processes that wanted one at its end"


HEAD = "| | Promise | Goal | Measured | |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Promise:
    """`tests` are names of test functions, of all modules in MODULES; none where another page has the figures."""

    id: str
    promise: str
    goal: str
    tests: tuple[str, ...] = ()
    elsewhere: str = ""


MODULES = ("tests/faults", "tests/test_chat_faults.py", "tests/test_api_faults.py", "tests/test_outbox.py")
PROMISES = (
    Promise(
        "R1",
        "No lead is lost or doubled by crashes: kill -9 of web master, web worker, job worker and supervisor in turn; "
        "Telegram answers 15 % 500 and 10 % 429",
        "2,000 turns, 50 kills: 0 acknowledged leads lost, 0 doubled, 0 unannounced, told twice ≤ 1 %, integrity ok",
        ("test_fifty_kills_in_two_thousand_turns", "test_kill_any_process_and_no_lead_is_lost",
         "test_a_killed_supervisor_is_replaced_at_once_and_a_clean_stop_ends_all_within_ten_seconds",
         "test_children_in_their_first_second_do_not_outlive_it", "test_each_restart_right_after_a_kill_gets_the_port"),
    ),
    Promise(
        "R1b",
        "The loop bites: notices sent by the request, without the outbox",
        "≥ 1 lead unannounced",
        ("test_without_the_outbox_leads_stay_unannounced",),
    ),
    Promise(
        "R2",
        "A clean stop: SIGTERM to web master and worker in turn, with a model that thinks for 3 s",
        "1,200 turns, 12 stops: 0 lost, 0 answers 5xx, 0 told twice, each stop shorter than the grace of 8 s",
        ("test_twelve_stops_in_twelve_hundred_turns",
         "test_a_killed_supervisor_is_replaced_at_once_and_a_clean_stop_ends_all_within_ten_seconds"),
    ),
    Promise(
        "R3",
        "Durable when the power fails: syncs counted, held for 4 s, failing (strace)",
        "≥ 1 sync a lead; no 200 before a successful sync of what it says, first try and repeat alike",
        ("test_each_lead_is_synced", "test_a_repeat_is_not_answered_before_the_disk_has_the_first"),
    ),
    Promise(
        "R4",
        "A full disk, a failing disk, a frozen writer",
        "What is acknowledged is stored; writes 503 at once; reads and /health work; /ready tells; the next request "
        "after room is made is 200",
        ("test_a_full_disk_refuses_at_once_and_room_is_used_at_once", "test_nobody_is_told_yes_while_the_disk_says_no",
         "test_what_is_answered_is_saved_on_a_bad_disk", "test_a_frozen_writer_holds_nobody_longer_than_the_deadline"),
    ),
    Promise(
        "R5",
        "No \"database is locked\": 16 clients for 20 s on 4 web processes, a worker and a board that is looked at",
        "0 answers 5xx, p99 < 1 s",
        ("test_sixteen_clients_on_four_processes",),
    ),
    Promise(
        "R6",
        "One talk, many workers: 20 messages at once of one client, in 50 talks",
        "50 leads, lines in the order of their numbers, no message lost",
        ("test_twenty_messages_at_once_of_one_client",),
    ),
    Promise(
        "R7",
        "One lead for a request to be called: the last message again 10 times, with and without a key, and a day later",
        "1 lead",
        ("test_the_last_message_again_with_a_key_is_answered_as_before",
         "test_the_last_message_again_without_a_key_is_one_lead",
         "test_who_comes_back_the_next_day_is_the_same_lead"),
    ),
    Promise(
        "R8",
        "A model that fails in every way, and a server that closes, speaks HTTP/1.0 or sends its body late",
        "20 turns a fault: all answered within 12 s, all real phones become leads; a server that only speaks its own "
        "HTTP: 20 of 20 turns by the model, 20 requests",
        ("test_twenty_turns_over_a_fault", "test_a_turn_with_everything_slow_ends_within_twelve_seconds",
         "test_twenty_turns_are_the_models"),
    ),
    Promise(
        "R9",
        "Telegram refuses: 429, 500, 400, 403, a chat that moved, silence, a cut connection, an outage",
        "All arrive or are shown as given up; ≤ 1 message a second a chat; the wait it asks for kept within 20 %",
        ("test_every_refusal_of_telegram", "test_a_target_that_is_back_after_a_minute_hears_of_it_soon",
         "test_a_lasting_refusal_ends_it_until_a_person_retries", "test_a_group_that_moved_is_followed"),
    ),
    Promise("R10", "Webhooks as Standard Webhooks", "100 % verify", elsewhere="with the webhooks, in a later version"),
    Promise("R11", "Latency under load", "as README's table", elsewhere="`make bench`"),
    Promise(
        "R12",
        "A restart with a backlog: 5,000 notices due, two workers",
        "All sent, 0 twice",
        ("test_two_workers_start_with_five_thousand_rows_due",
         "test_two_workers_that_start_upon_a_backlog_send_each_row_once"),
    ),
    Promise(
        "R13",
        "PostgreSQL or Redis dies in mid-turn and comes back; Redis stays away",
        "0 lost, nothing but 200, 409 and 503; without Redis notices go out within 15 s and people log in",
        ("test_a_server_that_dies_and_comes_back", "test_without_redis_notices_go_out_and_people_log_in"),
    ),
    Promise(
        "R14",
        "A crowd of three hundred at once: at two hosts on one PostgreSQL; at the widget from one address, beside one "
        "who floods and many who send half a request",
        "All served, 0 leads lost or doubled, no more connections to PostgreSQL than the pools add up to",
        ("test_a_crowd_at_two_hosts_is_served_and_nothing_is_lost", "test_the_honest_are_served_while_one_floods"),
    ),
)  # fmt: skip
TESTS = {test for promise in PROMISES for test in promise.tests}


@dataclass
class Scoreboard:
    """A plugin of pytest: keeps the tests that prove a promise, and notes what became of them."""

    outcomes: dict[str, str] = field(default_factory=dict)
    measured: dict[str, list[str]] = field(default_factory=dict)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        others = [item for item in items if _name(item.nodeid) not in TESTS]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _name(item.nodeid) in TESTS]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self.outcomes[report.nodeid] = report.outcome
        if report.when == "call":
            said = [str(value) for name, value in report.user_properties if name == "measured"]
            self.measured[report.nodeid] = [f"{_kind(report.nodeid)}{one}" for one in said]

    def table(self) -> str:
        return "\n".join([HEAD, *(self._row(promise) for promise in PROMISES)])

    def _row(self, promise: Promise) -> str:
        own = [test for test in self.outcomes if _name(test) in promise.tests]
        order = {name: place for place, name in enumerate(promise.tests)}
        own.sort(key=lambda test: order[_name(test)])
        said = [one for test in own for one in self.measured.get(test, [])]
        failed = [_name(test) for test in own if self.outcomes[test] == "failed"]
        passed = sum(self.outcomes[test] == "passed" for test in own)
        said += [f"{passed} of {len(own)} tests"] if own else [promise.elsewhere or "not run"]
        verdict = "" if promise.elsewhere else f"fail: {', '.join(sorted(set(failed)))}" if failed else "pass"
        verdict = "" if not own else verdict
        return f"| {promise.id} | {promise.promise} | {promise.goal} | {'<br>'.join(said)} | {verdict} |"


def _name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].partition("[")[0]


def _kind(nodeid: str) -> str:
    found = re.search(r"\b(sqlite|postgresql)\b", nodeid.partition("[")[2])
    return {"sqlite": "SQLite: ", "postgresql": "PostgreSQL: "}[found[1]] if found else ""
