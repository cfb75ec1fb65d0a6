"""The net reads SQL as the databases do: every text in the first table is refused, every one in the second passes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from collecting import over

from leadbot.database.sql_net import Net, Unscoped

OURS, THEIRS = 7, 8
NET = Net({"leads": "company_id", "users": "company_id", "companies": "id"})
VALUES = {"me": OURS, "them": THEIRS, "x": 1}
BOTH = ("sqlite", "postgresql")
WHERE = "WHERE leads.company_id = :me"

REFUSED = """
SELECT name FROM leads
SELECT name FROM LEADS
SELECT name FROM "leads"
SELECT name FROM main.leads
SELECT name FROM public."leads"
SELECT name FROM leads WHERE company_id = :me
SELECT name FROM leads WHERE leads.company_id = 7
SELECT name FROM leads WHERE leads.company_id = :them
SELECT name FROM leads WHERE leads.company_id = '7'
SELECT name FROM leads WHERE leads.company_id = :me OR leads.id = :x
SELECT name FROM leads WHERE (leads.company_id = :me AND leads.id = 1) OR TRUE
SELECT name FROM leads WHERE NOT leads.company_id = :me
SELECT name FROM leads WHERE NOT (leads.company_id = :me AND leads.id = 1)
SELECT name FROM leads WHERE (leads.company_id = :me) IS NOT NULL
SELECT name FROM leads WHERE leads.company_id = :me IS NOT NULL
SELECT name FROM leads WHERE leads.company_id = :me = :x
SELECT name FROM leads WHERE leads.company_id = :me + 1
SELECT name FROM leads WHERE leads.company_id = -:me
SELECT name FROM leads WHERE leads.company_id + 1 = :me
SELECT name FROM leads WHERE leads.company_id <> :me
SELECT name FROM leads WHERE leads.company_id >= :me
SELECT name FROM leads WHERE leads.company_id = :me BETWEEN 0 AND 1
SELECT name FROM leads WHERE leads.company_id = :me IN (0, 1)
SELECT name FROM leads WHERE leads.company_id IN (:me, :them)
SELECT name FROM leads WHERE leads.company_id = (SELECT :them)
SELECT name FROM leads WHERE leads.company_id = COALESCE(:me, :them)
SELECT name FROM leads WHERE CASE WHEN leads.company_id = :me THEN 1 ELSE 1 END = 1
SELECT name FROM leads WHERE (leads.company_id, leads.id) = (:me, :x)
SELECT name FROM leads WHERE leads.id = :me
SELECT name FROM leads WHERE :me = :me
SELECT name, leads.company_id = :me FROM leads
SELECT name FROM leads ORDER BY leads.company_id = :me
SELECT name FROM leads GROUP BY name, leads.company_id HAVING leads.company_id = :me
SELECT count(*) FILTER (WHERE leads.company_id = :me) FROM leads
SELECT name FROM leads -- WHERE leads.company_id = :x
SELECT name FROM leads /* WHERE leads.company_id = 7 */
SELECT 'a\\' FROM leads WHERE leads.company_id = :me
SELECT name FROM leads WHERE leads.company_id = :me; DELETE FROM leads
SELECT a.name FROM leads AS a, leads AS b WHERE a.company_id = :me
SELECT leads.name FROM leads, users AS leads WHERE leads.company_id = :me
SELECT l.name FROM leads AS l, leads WHERE leads.company_id = :me AND leads.company_id = :me
SELECT leads.name FROM leads AS l(id, company_id) WHERE l.company_id = :me
SELECT 1 FROM (leads JOIN users ON TRUE) AS j, (SELECT 7 AS company_id) AS leads WHERE leads.company_id = :me
SELECT leads.name FROM leads LEFT JOIN users ON leads.company_id = :me AND users.company_id = :me
SELECT users.name FROM leads RIGHT JOIN users ON users.company_id = :me WHERE leads.company_id = :me
SELECT users.name FROM leads FULL JOIN users ON users.company_id = :me WHERE leads.company_id = :me
SELECT leads.name FROM leads FULL JOIN users ON users.company_id = :me AND leads.company_id = :me
SELECT leads.name FROM leads JOIN users ON users.company_id = :me
SELECT leads.name FROM leads NATURAL JOIN users WHERE leads.company_id = :me
SELECT x.name FROM (SELECT name FROM leads) AS x
SELECT (SELECT name FROM leads)
SELECT 1 WHERE EXISTS (SELECT 1 FROM leads)
SELECT 1 WHERE 1 IN (SELECT id FROM leads)
SELECT 1 WHERE 1 IN leads
SELECT name FROM leads WHERE EXISTS (SELECT 1 FROM users WHERE users.company_id = :me AND leads.company_id = :me)
SELECT name FROM leads WHERE leads.company_id = :me UNION SELECT name FROM leads
SELECT name FROM leads WHERE leads.company_id = :me AND leads.company_id = :me EXCEPT SELECT name FROM users
WITH x AS (SELECT name FROM leads) SELECT name FROM x
WITH leads AS (SELECT 1 AS company_id) SELECT 1 FROM main.leads
WITH x AS (DELETE FROM leads RETURNING name) SELECT name FROM x
WITH x AS (UPDATE leads SET name = :x RETURNING name) SELECT name FROM x
SELECT users.name FROM users, LATERAL (SELECT name FROM leads) AS x WHERE users.company_id = :me
VALUES ((SELECT name FROM leads))
SELECT ARRAY(SELECT name FROM leads)
TABLE leads
SELECT name FROM companies
SELECT name FROM companies WHERE companies.company_id = :me
SELECT name FROM companies WHERE companies.id = :them
UPDATE leads SET name = :x
UPDATE leads SET name = :x WHERE id = :x
UPDATE leads SET name = :x WHERE leads.company_id = :them
UPDATE leads SET company_id = :them WHERE leads.company_id = :me
UPDATE leads SET name = 'WHERE', company_id = :them WHERE leads.company_id = :me
UPDATE leads SET "company_id" = :them WHERE leads.company_id = :me
UPDATE leads SET (name, company_id) = (:x, :them) WHERE leads.company_id = :me
UPDATE companies SET id = :them WHERE companies.id = :me
UPDATE leads SET name = users.name FROM users WHERE leads.company_id = :me
UPDATE leads SET name = (SELECT name FROM users) WHERE leads.company_id = :me
UPDATE OR REPLACE leads SET id = 2 WHERE leads.company_id = :me
DELETE FROM leads
DELETE FROM leads WHERE id = :x
DELETE FROM leads USING users WHERE users.company_id = :me
INSERT INTO leads (name) VALUES (:x)
INSERT INTO leads VALUES (:x, :me)
INSERT INTO leads DEFAULT VALUES
INSERT INTO leads (company_id, name) VALUES (7, :x)
INSERT INTO leads (company_id, name) VALUES (:them, :x)
INSERT INTO leads (company_id, name) VALUES (:me, :x), (:them, :x)
INSERT INTO leads (name, company_id) VALUES (:me, :x)
INSERT INTO leads (company_id, name) SELECT company_id, name FROM leads
INSERT INTO leads (company_id, name) SELECT :me, name FROM users
INSERT INTO leads (company_id, name) SELECT :me, :x UNION SELECT :them, :x
INSERT INTO leads (company_id, name) SELECT * FROM users WHERE users.company_id = :me
INSERT OR REPLACE INTO leads (company_id, id) VALUES (:me, :x)
REPLACE INTO leads (company_id, id) VALUES (:me, :x)
INSERT INTO leads (company_id, id) VALUES (:me, :x) ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO leads (company_id, id) VALUES (:me, :x) ON CONFLICT (company_id) DO UPDATE SET company_id = :them
INSERT INTO companies (id, name) VALUES (:them, :x)
MERGE INTO leads USING users ON TRUE WHEN MATCHED THEN DELETE
TRUNCATE leads
COPY leads TO STDOUT
LOCK TABLE leads
EXPLAIN ANALYZE DELETE FROM leads
CREATE TABLE x AS SELECT * FROM leads
DROP TABLE leads
ALTER TABLE leads RENAME TO x
PRAGMA table_info(leads)
DO $$ BEGIN EXECUTE 'DELETE FROM le' || 'ads'; END $$
SELECT query_to_xml('SELECT * FROM le' || 'ads', true, true, '')
SELECT * FROM U&"!006ceads" UESCAPE '!'
SELECT name FROM leads WHERE
""".strip().splitlines()

PASSES = f"""
SELECT 1
SELECT version_num FROM alembic_version
SELECT name FROM leads WHERE leads.company_id = :me
SELECT name FROM "LEADS" WHERE "LEADS".company_id = :me
SELECT name FROM leads WHERE :me = leads.company_id AND (leads.name = :x OR leads.id = 1)
SELECT name FROM leads WHERE ((leads.company_id = :me) AND leads.id = 1) AND NOT leads.name = :x
SELECT name FROM main.leads WHERE leads.company_id = :me
SELECT l.name FROM leads AS l WHERE l.company_id = :me ORDER BY l.id LIMIT 5 OFFSET 5
SELECT l.name FROM leads AS l JOIN users AS u ON u.id = l.id AND u.company_id = :me WHERE l.company_id = :me
SELECT l.name FROM leads AS l LEFT OUTER JOIN users AS u ON u.id = l.id AND u.company_id = :me WHERE l.company_id = :me
SELECT 1 FROM leads LEFT JOIN (users JOIN companies ON companies.id = :me) ON users.company_id = :me {WHERE}
SELECT '? :me %' FROM leads WHERE leads.company_id = :me
SELECT name FROM leads WHERE leads.company_id = :me UNION SELECT name FROM users WHERE users.company_id = :me
WITH x AS (SELECT name FROM leads WHERE leads.company_id = :me) SELECT name FROM x
SELECT (SELECT count(*) FROM leads WHERE leads.company_id = :me) AS leads
SELECT name FROM companies WHERE companies.id = :me
UPDATE leads SET name = :x WHERE leads.id = :x AND leads.company_id = :me
UPDATE leads SET name = users.name FROM users WHERE leads.company_id = :me AND users.company_id = :me
DELETE FROM leads WHERE leads.company_id = :me RETURNING leads.id
INSERT INTO leads (name, company_id) VALUES (:x, :me), (:x, :me) RETURNING leads.id
INSERT INTO leads (name, company_id) SELECT name, :me FROM users WHERE users.company_id = :me
INSERT INTO leads (name, company_id) SELECT p0, p1 FROM (VALUES (:x, :me, 0), (:x, :me, 1)) AS s(p0, p1, n) ORDER BY n
INSERT INTO leads (company_id, day) VALUES (:me, :x) ON CONFLICT (company_id, day) DO UPDATE SET name = 'x'
INSERT INTO leads (company_id, id) VALUES (:me, :x) ON CONFLICT (id) DO UPDATE SET name = 'x' {WHERE}
INSERT INTO leads (company_id, id) VALUES (:me, :x) ON CONFLICT DO NOTHING
INSERT INTO companies (name) VALUES (:x)
SAVEPOINT sa_savepoint_1
PRAGMA foreign_keys=ON
""".strip().splitlines()


def check(sql: str, database: str, company_id: int | None = OURS, **values: int) -> None:
    """As the driver of a database gets a text with :names in it."""
    values = VALUES | values
    names = re.findall(r"(?<!:):([a-z]+)\b", sql)
    if database == "sqlite":
        NET.check(re.sub(r":[a-z]+\b", "?", sql), database, tuple(values[name] for name in names), company_id)
    else:
        named = re.sub(r"(?<!:):([a-z]+)\b", r"%(\1)s", sql.replace("%", "%%"))
        NET.check(named, database, {name: values[name] for name in names}, company_id)


def is_refused(sql: str, database: str) -> bool:
    try:
        check(sql, database)
    except Unscoped:
        return True
    return False


@pytest.mark.parametrize("database", BOTH)
@pytest.mark.parametrize("sql", REFUSED)
def test_the_net_refuses(sql: str, database: str) -> None:
    assert is_refused(sql, database)


@pytest.mark.parametrize("database", BOTH)
@pytest.mark.parametrize("sql", PASSES)
def test_the_net_lets_pass(sql: str, database: str) -> None:
    assert not is_refused(sql, database)


@over(BOTH)
def test_a_text_is_read_once_and_its_values_each_time(database: str) -> None:
    sql = f"SELECT leads.phone FROM leads {WHERE}"
    check(sql, database)
    before = NET.read.cache_info().misses
    for company, value in ((OURS, THEIRS), (THEIRS, OURS), (None, OURS), (OURS, 0)):
        with pytest.raises(Unscoped):
            check(sql, database, company, me=value)
    check(sql, database, THEIRS, me=THEIRS)
    assert NET.read.cache_info().misses == before


@over(
    [
        ("sqlite", "INSERT INTO leads (name, company_id) VALUES (?, ?)", [("a", OURS), ("b", THEIRS)]),
        ("sqlite", f"SELECT ?1 FROM leads {WHERE.replace(':me', '?')}", (THEIRS, OURS)),
        ("sqlite", f"SELECT name FROM leads {WHERE}", {"me": OURS}),
        ("sqlite", f"SELECT name FROM leads {WHERE.replace(':me', '?')}", ()),
        ("sqlite", f"SELECT ?, '?' FROM leads {WHERE.replace(':me', '?')} LIMIT ?", (OURS, THEIRS, OURS)),
        ("postgresql", "INSERT INTO leads (name, company_id) VALUES (%s, %s)", [("a", OURS), ("b", THEIRS)]),
        ("postgresql", "SELECT name FROM leads WHERE leads.company_id = $1 AND 1 = %s", (OURS,)),
        ("postgresql", "SELECT name FROM leads WHERE leads.company_id = %(me)s::TEXT", {"me": OURS}),
        ("postgresql", "SELECT name FROM leads WHERE leads.company_id = %%(me)s", {"me": OURS}),
        ("postgresql", "SELECT name FROM leads WHERE leads.company_id = %(me)s", None),
    ]
)
def test_every_row_of_values_is_held_against_the_company(database: str, sql: str, rows: Any) -> None:
    with pytest.raises(Unscoped):
        NET.check(sql, database, rows, OURS)


def test_a_parameter_of_psycopg_may_be_cast_to_a_whole_number() -> None:
    cast = "SELECT name FROM leads WHERE leads.company_id = %(me)s::INTEGER"
    placed = "SELECT name, %s FROM leads WHERE leads.company_id = %s"
    NET.check(cast, "postgresql", {"me": OURS}, OURS)
    NET.check(placed, "postgresql", (THEIRS, OURS), OURS)
    for sql, values in ((cast, {"me": THEIRS}), (placed, (OURS, THEIRS))):
        with pytest.raises(Unscoped):
            NET.check(sql, "postgresql", values, OURS)
