"""The command line: `flask worker`, `flask demo`, `flask score`, ..."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from flask import Flask, current_app

from leadbot import create_app, jobs
from leadbot.database import migrate
from leadbot.engines.base import CompanyFact
from leadbot.engines.rules import acts
from leadbot.engines.rules.acts import model as acts_model
from leadbot.engines.rules.acts import score as acts_scoring
from leadbot.engines.rules.reading import extract
from leadbot.engines.rules.scoring import explain as explaining
from leadbot.engines.rules.scoring import score as scoring
from leadbot.engines.rules.words import forms
from leadbot.engines.rules.words.scene import Found
from leadbot.notifications.carriers import CARRIERS
from leadbot.operations import backup, doctor, published_score, resealing, trial_talk
from leadbot.operations import demo as demonstration
from leadbot.operations.console import companies, reset_link
from leadbot.state import state
from leadbot.texts.build_catalogues import catalogs


def init_app(app: Flask) -> None:
    """Hang the commands in."""
    for command in (
        worker,
        upgrade_command,
        demo,
        doctor_command,
        backup_command,
        restore_command,
        build_forms,
        build_acts,
        extract_command,
        acts_command,
        score,
        score_acts,
        catalogs,
        companies,
        reset_link,
    ):
        app.cli.add_command(command)


@click.command("worker")
def worker() -> None:
    """Carry out what the outbox holds, until a signal ends it."""
    jobs.work(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to the revision of this copy, as `flask db upgrade` does; any number may run it at once."""
    try:
        migrate.upgrade()
    except migrate.CannotUpgrade as error:
        raise click.ClickException(str(error)) from None


@click.command("demo")
def demo() -> None:
    """Make two companies, one of them two months at work, in Russian, Kazakh and English, and print their logins."""
    migrate.upgrade()
    config = state().config
    for company, email, password in demonstration.make():
        print(f"{company}: {email} / {password}")
    print(f"Log in at {config.base_url}/login")


@click.command("doctor")
@click.option("--reseal", is_flag=True, help="First seal stored keys and waiting letters with the SECRET_KEY of today.")
def doctor_command(reseal: bool) -> None:
    """Say what is set up here, what of it can be reached, and what waits; fails where something is at fault."""
    if reseal:
        done = resealing.reseal()
        print(f"Sealed with the secret key of today: {done.sealed}; opened by no key at hand: {done.lost}")
    is_ill = False
    for finding in doctor.examine({carrier.name: carrier.probe for carrier in CARRIERS}):
        print(f"{finding.level:8} {finding.topic:12} {finding.words}", flush=True)
        is_ill = is_ill or finding.level == doctor.FAULT
    sys.exit(1 if is_ill else 0)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(file: Path) -> None:
    """Write all that this copy keeps into one FILE (.tar.gz), while it runs. SQLite only."""
    config = state().config
    with _told():
        size = backup.write(config, file)
    print(f"{file}: {size / 1024**2:.1f} MB")
    if not backup.has_key(file):
        print("The secret key is not in it: keep SECRET_KEY of the environment as well")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Put what is in FILE back into an empty data folder. Nothing that is there is overwritten."""
    config = state().config
    with _told():
        backup.restore(config, file)
    print(f"Restored into {config.data_dir}. Start with `make run`")
    print("Everybody logs in anew, programs too; links that were sent are worth nothing any more.")
    print("What was removed or erased since the backup is back: remove those people and erase those clients again.")


@contextmanager
def _told() -> Iterator[None]:
    """What can't be done is said in one line, and the command fails."""
    try:
        yield
    except backup.BackupError as error:
        raise click.ClickException(str(error)) from None


@click.command("build-forms")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="another folder, to compare")
def build_forms(into: Path | None) -> None:
    """Generate the tables of inflected forms that the embedded qualifier reads."""
    for path in forms.build(into) if into else forms.build():
        print(path)


@click.command("extract")
def extract_command() -> None:
    """Read JSON lines {id, text, asked?, language?}, write {id, slots}: what the qualifier takes from each message."""
    _answer_lines(_extracted)


def _answer_lines(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A JSON line out for each that comes in, and nothing else: no word of a log either."""
    logging.disable(logging.CRITICAL)
    try:
        for line in sys.stdin:
            if line.strip():
                print(json.dumps(answer(json.loads(line)), ensure_ascii=False), flush=True)
    finally:
        logging.disable(logging.NOTSET)


def _extracted(row: dict[str, Any]) -> dict[str, Any]:
    found = extract.extract(row["text"], asked=row.get("asked"), language=row.get("language")).slots
    slots: dict[str, Any] = {slot: found[slot].value for slot in ("name", "city", "object_type") if slot in found}
    if "phone" in found:
        slots["phone_e164"] = found["phone"].e164
    if "area" in found:
        slots["area_value"] = _area_number(found["area"])
    return {"id": row.get("id"), "slots": slots}


@click.command("build-acts")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="another folder, to compare")
def build_acts(into: Path | None) -> None:
    """Train the classifier of acts on its corpus and write its tables. Needs requirements-dev.txt."""
    from leadbot.engines.rules.acts import train  # scikit-learn is there for developers only

    for path in train.build(into or acts_model.FOLDER):
        print(path)


@click.command("acts")
def acts_command() -> None:
    """Read JSON lines {id, text, language?, facts?}, write {id, acts: [{act, topic, confidence}]}.

    `facts` are a company's own: [{key or title, text, words}].
    """
    _answer_lines(_heard)


def _heard(row: dict[str, Any]) -> dict[str, Any]:
    found = acts.find(row["text"], [_fact(fact) for fact in row.get("facts") or ()])
    return {"id": row.get("id"), "acts": [asdict(act) for act in found]}


def _fact(row: dict[str, Any]) -> CompanyFact:
    text, words = row.get("text") or "", row.get("words") or ()
    texts = text if isinstance(text, dict) else {"": text}
    if isinstance(words, str):
        words = words.split(",")
    return CompanyFact(row.get("key") or row["title"], {**texts, "title": row.get("title") or ""}, tuple(words))


@click.command("score-acts")
@click.argument("tables", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mistakes", is_flag=True, help="list each line whose acts are not found exactly")
def score_acts(tables: tuple[Path, ...], mistakes: bool) -> None:
    """Print precision, recall and confusion of acts on the voices kept apart, and on TABLES (act, language, text)."""
    outcomes = [acts_scoring.kept_apart()]
    outcomes += [acts_scoring.run(path.stem, acts_scoring.read(path)) for path in tables]
    for outcome in outcomes:
        print(acts_scoring.report(outcome, mistakes=mistakes))


def _area_number(area: Found) -> float | None:
    """The number in the unit the client named; the lower end of a range."""
    if area.unit in {"", "м²"} and area.m2 is not None:
        return area.m2
    number = re.match(r"\d+(?:[.,]\d+)?", area.value)
    return float(number.group().replace(",", ".")) if number else None


@click.command("score")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--mistakes", is_flag=True, help="list each wrong, missing and extra value")
@click.option("--publish", is_flag=True, help="write the figures that the page /status shows")
@click.option("--explain", metavar="ID", help="print which rules fire in this dialogue or message, and what each takes")
@click.option("--unneeded", is_flag=True, help="list rules that nothing in the folder needs")
def score(folder: Path, mistakes: bool, publish: bool, explain: str | None, unneeded: bool) -> None:
    """Hold the dialogues of a folder with the whole chat service and print how many leads came out right; then how
    acts are recognised on voices kept apart."""
    if explain or unneeded:
        _explain(folder, explain)
        return
    with _throwaway():
        sets = scoring.run(folder, _by_service, scoring.by_extractor)
    print(scoring.report(sets, mistakes=mistakes))
    heard = acts_scoring.kept_apart()
    print(acts_scoring.report(heard, mistakes=mistakes))
    if publish:
        published_score.publish(sets, folder)
        published_score.publish_acts(heard)


def _explain(folder: Path, row_id: str | None) -> None:
    """What serves one row by the embedded engine alone; without an id, what serves no row of the folder."""
    rows = scoring.rows(folder)
    if row_id is None:
        lines = explaining.unneeded(rows, _by_engine)
    elif chosen := [row for row in rows if str(row["id"]) == row_id]:
        lines = explaining.explain(chosen[0], _by_engine)
    else:
        raise click.BadParameter(f"no row of {folder} has the id {row_id}")
    for line in lines:
        print(line)


def _by_engine(row: scoring.Row) -> scoring.Prediction:
    return scoring.by_rules(row) if "turns" in row else scoring.by_extractor(row)


def _by_service(row: scoring.Row) -> scoring.Prediction:
    outcome = trial_talk.hold(row["turns"])
    if outcome.lead is None:
        return {"registered": False, "language": outcome.language}
    lead = outcome.lead
    given = {slot: getattr(lead, slot) for slot in ("name", "city", "object_type", "area")}
    return {"registered": True, "language": lead.language, "phone": lead.phone_e164, **given}


@contextmanager
def _throwaway() -> Iterator[None]:
    """An installation of its own, without a model, that is gone afterwards."""
    config = state().config
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/leadbot.db"
        app = create_app(config.replace(data_dir=Path(folder), database_url=url, openai_api_key=None))
        with app.app_context():
            migrate.upgrade()
            yield
