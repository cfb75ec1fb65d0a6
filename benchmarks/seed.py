"""A house of 10,000 companies, filled by the database itself: `python -m benchmarks.seed DATABASE_URL`.

The first company has a tenth of everything: 20,000 leads of 200,000. The others share the rest evenly. All of it came
within the last year. The database has its tables and no rows; SQLite and PostgreSQL are filled by the same statements.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, create_engine, inspect, text

from leadbot.database import counters
from leadbot.database.session import Base
from leadbot.models import LeadStatus, marks
from leadbot.texts.folding import fold

DAYS = 365
Columns = Mapping[str, str]  # what stands in a column, as SQL
PHONE = "CAST(7010000000 + i AS text)"
PEOPLE = 6  # of the first company; the others have one each
SOURCES = ("widget", "widget", "api", "telegram")
CITIES = ("Алматы", "Астана", "Караганда", "Шымкент", "Актобе", "Павлодар", "Тараз")
OBJECTS = ("дом", "квартира", "баня", "офис")
NAMES = ("Канат", "Айгерім Төлегенова", "Марина Ким", "Болат Ахметов", "Гүлнұр", "Сергей Иванов", "Әсел")
SAYINGS = (
    "Здравствуйте, хочу построить дом в пригороде", "Сколько стоит ремонт квартиры под ключ?",
    "Үй салғым келеді, бағасы қанша", "Есть участок десять соток, нужен проект", "Когда можно приехать на замер",
    "Қашан бастай аласыз, жазда керек", "Мебель на кухню по размерам", "Интересует рассрочка на полгода",
    "Жду расчёт, телефон оставила выше", "Окна пластиковые на балкон", "Договор нужен официальный",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How many companies, leads (each with a talk and a notice), and lines of a talk: so many or one more."""

    companies: int = 10_000
    leads: int = 200_000
    lines: int = 2

    @property
    def largest(self) -> int:
        """Leads of the first company."""
        return self.leads // 10

    @property
    def messages(self) -> int:
        """Lines of all talks."""
        return self.leads * (2 * self.lines + 1) // 2


def fill(connection: Connection, size: Size = Size()) -> None:
    """Write all rows down, count the leads and let the database look at its tables. The caller commits."""
    is_sqlite = connection.dialect.name == "sqlite"
    counters.take_away(connection)  # it would count row by row
    marks.take_away(connection)
    for table, count, columns in _rows(size, _Words(is_sqlite)):
        connection.execute(text(_insert(connection, table, columns)), {"count": count})
        if not is_sqlite:
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {count})"))
    counters.put(connection)
    marks.put(connection)
    connection.execute(text("ANALYZE"))


class _Words:
    """The few things that the two databases say differently."""

    def __init__(self, is_sqlite: bool) -> None:
        self._is_sqlite = is_sqlite
        self._now = datetime.now(UTC).replace(tzinfo=None)

    def moment(self, of: str) -> str:
        """Spread over the days, by a number that is prime to their minutes: neighbours are far apart."""
        minutes = f"(CAST({of} AS bigint) * 7919 % {DAYS * 24 * 60})"
        if self._is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', '{self._now:%Y-%m-%d %H:%M:%S}', '-' || {minutes} || ' minutes')"
        return f"(timestamp '{self._now:%Y-%m-%d %H:%M:%S}' - make_interval(mins => CAST({minutes} AS integer)))"

    @property
    def long_hence(self) -> str:
        """A moment that doesn't come while anybody measures."""
        return "'2099-01-01 00:00:00.000000'" if self._is_sqlite else "timestamp '2099-01-01'"

    def json(self, what: str) -> str:
        """A text as the column takes it."""
        return what if self._is_sqlite else f"CAST({what} AS json)"


def _rows(size: Size, words: _Words) -> Iterator[tuple[str, int, Columns]]:
    """Table, how many rows, and what stands in its columns for the row with the number `i`."""
    yield "companies", size.companies, _companies(words)
    yield "users", size.companies + PEOPLE - 1, _users(size, words)
    came = words.moment("i")
    client = {"company_id": _company("i", size), "source": _one_of(SOURCES), "created_at": came}
    yield "bot_users", size.leads, client | {"client_ref": "'client-' || i"}
    yield "conversations", size.leads, client | _conversations(size, words)
    yield "leads", size.leads, client | _leads(size, words)
    yield "messages", size.messages, _messages(size, words)
    yield "lead_events", 2 * size.leads, _lead_events(size, words)
    yield "deliveries", size.leads, _deliveries(size, words)
    yield "lead_tasks", size.leads // 20, _lead_tasks(size, words)


def _companies(words: _Words) -> Columns:
    return {
        "name": "'Company ' || i",
        "widget_key": "'wk_' || i",
        "slug": "'company-' || i",
        "created_at": words.moment("i"),
    }


def _users(size: Size, words: _Words) -> Columns:
    email = "'person' || i || '@example.com'"
    return {
        "company_id": f"CASE WHEN i > {size.companies} THEN 1 ELSE i END",
        "email": email,
        "email_key": email,
        "hashed_password": "'-'",
        "role": "'owner'",
        "token_version": "1",
        "created_at": words.moment("525599"),
    }


def _conversations(size: Size, words: _Words) -> Columns:
    """One in 50 is junk, one in 97 stands in the hot lane, one in 89 waits, one in ten is led by a person."""
    came, is_led = words.moment("i"), "CASE WHEN i % 10 = 0 THEN"
    phone = f"""{{"value": "8' || {PHONE} || '", "seq": 3}}"""
    known = f"""'{{"asked": "contact", "facts": {{"phone": {phone}}}}}'"""
    return {
        "bot_user_id": "i",
        "public_id": "'talk-' || i",
        "language": "'ru'",
        "known": words.json(known),
        "lead_id": "i",
        "handled_by": f"{is_led} 'manager' ELSE 'bot' END",
        "manager_id": f"{is_led} {_person('i', size)} END",
        "message_count": f"{size.lines} + i % 2",
        "client_seq": f"{size.lines} - 1 + i % 2",
        "idle_due_at": f"CASE WHEN i % 97 = 0 THEN {words.long_hence} END",
        "hot_since": f"CASE WHEN i % 97 = 0 THEN {came} END",
        "waits_since": f"CASE WHEN i % 89 = 0 THEN {came} END",
        "waits_for": "CASE WHEN i % 89 = 0 THEN 'call' END",
        "is_junk": "(i % 50 = 49)",
        "client_at": came,
        "last_message_at": came,
        "folded_who": f"{_folded(NAMES)} || ' 7' || {PHONE} || ' 8' || {PHONE}",
    }


def _leads(size: Size, words: _Words) -> Columns:
    came, said = words.moment("i"), (_folded(NAMES), _folded(CITIES, "i / 3"), _folded(OBJECTS, "i / 5"))
    return {
        "conversation_id": "i",
        "bot_user_id": "i",
        "name": _one_of(NAMES),
        "phone": f"'8' || {PHONE}",
        "phone_e164": f"'+7' || {PHONE}",
        "city": _one_of(CITIES, "i / 3"),
        "object_type": f"CASE WHEN i % 9 > 0 THEN {_one_of(OBJECTS, 'i / 5')} END",
        "area": "(50 + i % 400) || ' м²'",
        "area_m2": "CASE WHEN i % 8 > 0 THEN 50.0 + i % 400 END",
        "status": _one_of([stage.value for stage in LeadStatus], "i / 2"),
        "assignee_id": f"CASE WHEN i % 3 = 0 THEN {_person('i', size)} END",
        "is_hot": "(i % 11 = 0)",
        "rank": f"CAST(1700000000 AS bigint) * 1000000000 + (i * 7919 % {DAYS * 24 * 60})",
        "search": " || ' ' || ".join((f"'7' || {PHONE} || ' 8' || {PHONE}", *said)),
        "summary": "'Строительство дома с нуля, есть участок'",
        "touched_at": came,
        "raised_at": came,
        "updated_at": came,
    }


def _messages(size: Size, words: _Words) -> Columns:
    """Clients have the odd lines, the bot answers in the even ones; one in 40 talks begins with a voice."""
    talk, seq = _place("i", size)
    is_client = f"CASE WHEN {seq} % 2 = 1 THEN"
    return {
        "company_id": _company(talk, size),
        "conversation_id": talk,
        "seq": seq,
        "author": f"{is_client} 'client' ELSE 'bot' END",
        "text": f"{_one_of(SAYINGS)} || ' ' || i",
        "folded": f"{is_client} {_folded(SAYINGS)} || ' ' || i END",
        "answers_seq": f"{is_client} NULL ELSE {seq} - 1 END",
        "answered_by": f"CASE WHEN {seq} % 2 = 1 AND {seq} < {size.lines} + ({talk}) % 2 THEN 'bot' END",
        "engine": f"{is_client} NULL ELSE 'rules' END",
        "audio_file": f"CASE WHEN {seq} = 1 AND {talk} % 40 = 0 THEN 'v' || i || '.ogg' END",
        "created_at": words.moment(talk),
    }


def _lead_events(size: Size, words: _Words) -> Columns:
    lead = "((i + 1) / 2)"
    return {
        "company_id": _company(lead, size),
        "lead_id": lead,
        "kind": "CASE WHEN i % 2 = 1 THEN 'created' ELSE 'moved' END",
        "from_value": "'new'",
        "to_value": "'estimate'",
        "user_id": f"CASE WHEN i % 2 = 0 THEN {_person(lead, size)} END",
        "created_at": words.moment(lead),
    }


def _deliveries(size: Size, words: _Words) -> Columns:
    came = words.moment("i")
    return {
        "company_id": _company("i", size),
        "lead_id": "i",
        "event": "'lead.created'",
        "channel": "'telegram'",
        "target": "'-100' || i",
        "text": "'A new lead'",
        "dedup_key": "'lead:' || i",
        "state": "CASE WHEN i % 500 = 0 THEN 'dead' ELSE 'sent' END",
        "vendor_id": "CAST(i AS text)",
        **dict.fromkeys(("next_at", "sent_at", "created_at"), came),
    }


def _lead_tasks(size: Size, words: _Words) -> Columns:
    came = words.moment("i")
    return {
        "company_id": _company("(i * 20)", size),
        "lead_id": "i * 20",
        "text": "'call back'",
        "done_at": f"CASE WHEN i % 4 > 0 THEN {came} END",
        **dict.fromkeys(("due_at", "reminded_at", "created_at"), came),
    }


def _insert(connection: Connection, table: str, columns: Columns) -> str:
    """Columns that are not named get what the model gives them, as far as this database has them."""
    there = {column["name"] for column in inspect(connection).get_columns(table)}
    given = _defaults(table, connection) | {"id": "i"} | dict(columns)
    given = {name: said for name, said in given.items() if name in there}
    numbers = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
    listed = f"INSERT INTO {table} ({', '.join(given)})"
    said = f"SELECT {', '.join(given.values())} FROM n".replace(":", r"\:")
    # SQLite wants the numbers behind INSERT, PostgreSQL takes them there too.
    return f"{listed} {numbers} {said}"


def _defaults(table: str, connection: Connection) -> dict[str, str]:
    """What the model gives a column that must not be empty; moments, keys and the like have to be given."""
    found: dict[str, str] = {}
    for column in Base.metadata.tables[table].columns:
        default: Any = column.default
        if default is None or column.nullable:
            continue
        value = default.arg
        if default.is_callable:
            value = {} if isinstance(column.type, JSON) else None
        if value is not None:
            stored = column.type.bind_processor(connection.dialect)
            found[column.name] = _quoted(stored(value) if stored else value)
    return found


def _quoted(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else f"'{getattr(value, 'value', value)}'"


def _company(lead: str, size: Size) -> str:
    return f"(CASE WHEN {lead} <= {size.largest} THEN 1 ELSE 2 + ({lead}) % {size.companies - 1} END)"


def _person(lead: str, size: Size) -> str:
    """Somebody of the lead's company: the others have one person, with the company's number."""
    of_first = f"{size.companies} + ({lead}) % {PEOPLE - 1} + 1" if PEOPLE > 1 else "1"
    return f"(CASE WHEN {lead} <= {size.largest} THEN {of_first} ELSE {_company(lead, size)} END)"


def _place(line: str, size: Size) -> tuple[str, str]:
    """Which talk a line stands in, and where: two talks take what lies between two even numbers."""
    pair, least = 2 * size.lines + 1, size.lines
    place = f"(({line} - 1) % {pair})"
    talk = f"(2 * (({line} - 1) / {pair}) + CASE WHEN {place} <= {least} THEN 1 ELSE 2 END)"
    return talk, f"({place} % {least + 1} + 1)"


def _one_of(words: Any, by: str = "i") -> str:
    cases = " ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate(words))
    return f"(CASE ({by}) % {len(words)} {cases} END)"


def _folded(words: Any, by: str = "i") -> str:
    return _one_of([fold(word) for word in words], by)


def main() -> None:
    """Fill the database of an address."""
    engine = create_engine(sys.argv[1])
    with engine.begin() as connection:
        fill(connection)


if __name__ == "__main__":
    main()
