"""The net below the ORM: what a statement must bear to touch a company's rows, read from its SQL by a parser.

`Net.read` names the parameters of a statement that have to be the acting company's id; `Net.check` holds the values of
one execution against it. Every SELECT, UPDATE and DELETE over an owned table needs `<alias>.company_id = <parameter>`
AND-ed at the top of its own WHERE, or of the ON of the join that brings the table in; every INSERT names company_id and
gives it by a parameter; no UPDATE sets it. Of `companies` the id is what `company_id` is of all others. What the parser
can't read, and what a database might read otherwise than the parser (comments, backslashes), is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count
from typing import Any

from sqlglot import Dialect, exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

STATEMENTS_KEPT = 4096  # texts of a running copy number some hundreds; those with long lists of values come and go
DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres"}

Parameter = str | int  # a name (psycopg) or a place (SQLite)

_PLAIN = re.compile(r"[\s(]*(SELECT|WITH|INSERT|UPDATE|DELETE|VALUES)\b", re.IGNORECASE)
_READ_OTHERWISE = ("--", "/*", "\\", ";")
# PostgreSQL's ways to run SQL that stands in a string, where no parser sees it, and names spelt by code points
_HIDES_SQL = re.compile(
    r"^\s*(do|prepare|execute|call)\b|\b((query|table|schema|database|cursor)_to_xml\w*|dblink\w*|ts_stat|ts_rewrite)\b"
    r"|\bu&[\"']",
    re.IGNORECASE,
)
_PSYCOPG = re.compile(r"%%|%\(([^)]+)\)[sbt]|%[sbt]")  # as the driver reads it: in strings too
_WHOLE_NUMBERS = {exp.DType.INT, exp.DType.BIGINT}


class Unscoped(Exception):
    """A statement or a write that would cross, or can't be held to, the line between companies."""


class Net:
    """Knows the owned tables, and of each statement text once read what it demands."""

    def __init__(self, owned: Mapping[str, str]) -> None:
        """`owned`: by table the column that says whose a row is."""
        self._owned = dict(owned)
        self._named = re.compile(rf"\b({'|'.join(sorted(owned))})\b", re.IGNORECASE)
        self.read = lru_cache(STATEMENTS_KEPT)(self._read)

    def check(self, sql: str, database: str, values: Any, company_id: int | None) -> None:
        """Let a statement pass that touches rows of this company only. Raises Unscoped.

        `values` are its parameters as the driver gets them, a list of such where it runs many times.
        """
        demands = self.read(sql, database)
        if not demands:
            return
        if company_id is None:
            raise Unscoped("no company to act for")
        for row in values if isinstance(values, list) else (values,):
            for parameter in demands:
                if _value(row, parameter) != company_id:
                    raise Unscoped("a statement for another company")

    def _read(self, sql: str, database: str) -> frozenset[Parameter]:
        """The parameters that must be the acting company's id; none where no owned table is touched."""
        if _HIDES_SQL.search(sql):
            raise Unscoped("SQL that can't be read")
        if not self._named.search(sql):
            return frozenset()
        if not _PLAIN.match(sql) or any(mark in sql for mark in _READ_OTHERWISE):
            raise Unscoped("not a plain statement over a company's rows")
        dialect = DIALECTS[database]
        try:
            text, parameters = _numbered(sql, dialect)
            statement = parse_one(text, dialect=dialect)
        except (SqlglotError, RecursionError) as error:
            raise Unscoped("SQL that can't be read") from error
        return frozenset(parameters[number] for number in _Reading(self._owned, statement).demands())


def _value(row: Any, parameter: Parameter) -> Any:
    try:
        return row[parameter]
    except (LookupError, TypeError):
        return None


def _numbered(sql: str, dialect: str) -> tuple[str, list[Parameter]]:
    """The statement with its parameters written :p0, :p1, and what each of them is in truth."""
    parameters: list[Parameter] = []

    def mark(parameter: Parameter) -> str:
        parameters.append(parameter)
        return f":p{len(parameters) - 1}"

    if dialect == "postgres":
        places = count()
        text = _PSYCOPG.sub(lambda found: "%" if found[0] == "%%" else mark(found[1] or next(places)), sql)
        return text, parameters
    pieces, at = [], 0
    tokens = Dialect.get_or_raise(dialect).tokenize(sql)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.token_type in (TokenType.COLON, TokenType.PARAMETER) or token.text.startswith("$"):
            raise Unscoped("parameters are written ? here")
        if token.token_type is TokenType.PLACEHOLDER:
            if _touch(token, following):
                raise Unscoped("parameters are written ? here, without a number")
            # in brackets: json_object would take a bare one for its "key: value"
            pieces += [sql[at : token.start], f"({mark(len(parameters))})"]
            at = token.end + 1
    return "".join([*pieces, sql[at:]]), parameters


def _touch(token: Token, following: Token | None) -> bool:
    return following is not None and following.start == token.end + 1 and following.text[:1].isalnum()


class _Reading:
    """One statement, looked at table by table."""

    def __init__(self, owned: Mapping[str, str], statement: exp.Expr) -> None:
        self._owned = owned
        self._statement = statement

    def demands(self) -> Iterator[int]:
        """Numbers of the parameters that must be the acting company's id. Raises Unscoped."""
        for name in self._statement.find_all(exp.Identifier):
            if name.this.lower() in self._owned and not _is_plain_name(name):
                raise Unscoped(f"{name.this} in a place that can't be judged")
        for table in self._statement.find_all(exp.Table):
            if table.name.lower() in self._owned and not isinstance(table.parent, exp.Lock):
                yield from self._of_table(table)

    def _of_table(self, table: exp.Table) -> Iterator[int]:
        column = self._owned[table.name.lower()]
        parent = table.parent
        if isinstance(parent, exp.Schema):
            parent = parent.parent
        if isinstance(parent, exp.Insert) and table.arg_key == "this":
            yield from _inserted(parent, table, column)
            return
        if isinstance(parent, exp.Update) and table.arg_key == "this":
            _refuse_moving(parent.expressions, column)
        yield _criterion(table, column)


def _is_plain_name(name: exp.Identifier) -> bool:
    """The name of a table, of the table of a column, or one that is given to something; no table in disguise."""
    parent = name.parent
    return (
        (isinstance(parent, exp.Table) and name.arg_key == "this")
        or (isinstance(parent, exp.Column) and name.arg_key == "table")
        or (isinstance(parent, exp.Alias) and name.arg_key == "alias")
        or (isinstance(parent, exp.TableAlias) and name.arg_key == "this")
    )


def _criterion(table: exp.Table, column: str) -> int:
    """The parameter that holds a table's rows to a company. Raises Unscoped where there is none."""
    alias = table.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        raise Unscoped(f"{table.name} with its columns renamed")
    conditions: list[exp.Expr] = []
    owner: exp.Expr = table
    while not isinstance(owner, exp.Select | exp.Update | exp.Delete):
        if isinstance(owner, exp.Join) and _narrows(owner):
            conditions.append(owner.args["on"])
        if owner.parent is None or not _brings_in(owner):
            raise Unscoped(f"{table.name} in a place that can't be judged")
        owner = owner.parent
    _refuse_twins(owner, table)
    if where := owner.args.get("where"):
        conditions.append(where.this)
    for condition in conditions:
        for part in _anded(condition):
            if (number := _compared(part, table.alias_or_name, column)) is not None:
                return number
    raise Unscoped(f"{table.name} without the company's criterion")


def _brings_in(node: exp.Expr) -> bool:
    """True for a step from a table up to the statement that has it in FROM, USING or JOIN, in brackets or not."""
    parent, key = node.parent, node.arg_key
    if isinstance(parent, exp.From | exp.Join | exp.Update | exp.Delete):
        return key in ("this", "from_", "using")
    if isinstance(parent, exp.Subquery):
        return key == "this" and isinstance(node, exp.Table)
    return (isinstance(parent, exp.Table) and key == "joins") or (
        isinstance(parent, exp.Select) and key in ("from_", "joins")
    )


def _narrows(join: exp.Join) -> bool:
    """True where rows of what is joined show only if they meet the ON: an inner join, or the right of a left one."""
    sides = (join.side.upper(), join.kind.upper(), str(join.args.get("method") or ""))
    return join.args.get("on") is not None and sides in {
        ("", "", ""),
        ("", "INNER", ""),
        ("LEFT", "", ""),
        ("LEFT", "OUTER", ""),
    }


def _refuse_twins(owner: exp.Expr, table: exp.Table) -> None:
    """Two of one name in a FROM: the criterion might be the other's."""
    found = [owner.args.get(key) or [] for key in ("this", "from_", "joins", "using")]
    sources = [one for some in found for one in (some if isinstance(some, list) else [some])]
    names = [item.alias_or_name.lower() for source in sources for item in _items(source)]
    if names.count(table.alias_or_name.lower()) != 1:
        raise Unscoped(f"{table.name} is not the only one of its name")


def _items(source: exp.Expr) -> Iterator[exp.Expr]:
    """What a FROM names, not what stands in its subqueries."""
    within = (exp.Query, exp.Values)
    for node in source.walk(prune=lambda n: isinstance(n, within) and not _is_bracket(n)):
        if isinstance(node, exp.Table | exp.DerivedTable | exp.Lateral | exp.UDTF) and node.alias_or_name:
            yield node


def _is_bracket(node: exp.Expr) -> bool:
    return isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table)


def _anded(condition: exp.Expr) -> Iterator[exp.Expr]:
    """The parts that must all be true."""
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        if isinstance(part, exp.Paren):
            waiting.append(part.this)
        elif isinstance(part, exp.And):
            waiting += [part.left, part.right]
        else:
            yield part


def _compared(part: exp.Expr, alias: str, column: str) -> int | None:
    """The parameter in `alias.column = parameter`, either way round."""
    if type(part) is not exp.EQ:
        return None
    for side, other in ((part.left, part.right), (part.right, part.left)):
        if (
            isinstance(side, exp.Column)
            and (side.table.lower(), side.name.lower(), side.db) == (alias.lower(), column, "")
            and (number := _parameter(other)) is not None
        ):
            return number
    return None


def _parameter(node: exp.Expr) -> int | None:
    """The number of a bare parameter, perhaps cast to a whole number as psycopg's are."""
    while isinstance(node, exp.Paren) or (type(node) is exp.Cast and node.to.this in _WHOLE_NUMBERS):
        node = node.this
    return int(node.name[1:]) if isinstance(node, exp.Placeholder) and node.name[1:].isdecimal() else None


def _inserted(insert: exp.Insert, table: exp.Table, column: str) -> Iterator[int]:
    """The parameters that say whose the new rows are. A new company is nobody's yet: it names no id."""
    columns = [name.name.lower() for name in insert.this.expressions] if isinstance(insert.this, exp.Schema) else []
    if insert.args.get("alternative") or insert.args.get("overwrite") or not columns:
        raise Unscoped(f"{table.name}: not a plain INSERT with its columns")
    if column in columns:
        yield from _given(insert.expression, columns.index(column), len(columns))
    elif column != "id":
        raise Unscoped(f"{table.name}: an INSERT without company_id")
    if conflict := insert.args.get("conflict"):
        yield from _of_conflict(conflict, table, column)


def _of_conflict(conflict: exp.OnConflict, table: exp.Table, column: str) -> Iterator[int]:
    """DO UPDATE meets an own row: one that has the company in common, or that its WHERE finds to be own."""
    if str(conflict.args.get("action")).upper() == "DO NOTHING":
        return
    _refuse_moving(conflict.expressions, column)
    keys = [found for key in conflict.args.get("conflict_keys") or () for found in key.find_all(exp.Column)]
    if column in {key.name.lower() for key in keys}:
        return
    where = conflict.args.get("where")
    numbers = [_compared(part, table.alias_or_name, column) for part in _anded(where.this)] if where else []
    own = next((number for number in numbers if number is not None), None)
    if own is None:
        raise Unscoped(f"{table.name}: DO UPDATE of a row that may be another company's")
    yield own


def _given(source: exp.Expr | None, at: int, of: int) -> Iterator[int]:
    """The parameters that an INSERT puts into one of its columns. Raises Unscoped where it is anything else."""
    if isinstance(source, exp.Subquery | exp.Paren):
        yield from _given(source.this, at, of)
    elif isinstance(source, exp.SetOperation):
        yield from _given(source.left, at, of)
        yield from _given(source.right, at, of)
    elif isinstance(source, exp.Values):
        for row in source.expressions:
            yield _or_refuse(row.expressions[at] if len(row.expressions) == of else None)
    elif isinstance(source, exp.Select):
        yield from _selected(source, at, of)
    else:
        raise Unscoped("an INSERT of what can't be read")


def _selected(source: exp.Select, at: int, of: int) -> Iterator[int]:
    """From a select list, or through it from VALUES: so SQLAlchemy writes many rows down in order."""
    if len(source.expressions) != of or any(found.is_star for found in source.expressions):
        raise Unscoped("an INSERT of what can't be read")
    cell = source.expressions[at].unalias()
    column = cell.this if type(cell) is exp.Cast and cell.to.this in _WHOLE_NUMBERS else cell
    rows = source.args["from_"].this if source.args.get("from_") else None
    if isinstance(column, exp.Column) and isinstance(rows, exp.Values) and not source.args.get("joins"):
        names = [name.name for name in rows.args["alias"].columns]
        yield from _given(rows, names.index(column.name) if column.name in names else len(names), len(names))
    else:
        yield _or_refuse(cell)


def _or_refuse(node: exp.Expr | None) -> int:
    number = _parameter(node) if node is not None else None
    if number is None:
        raise Unscoped("an INSERT whose company is no parameter")
    return number


def _refuse_moving(assignments: list[exp.Expr], column: str) -> None:
    for assignment in assignments:
        left = assignment.left if isinstance(assignment, exp.EQ) else assignment
        if any(name.name.lower() == column for name in left.find_all(exp.Identifier)):
            raise Unscoped("a row can't move to another company")
