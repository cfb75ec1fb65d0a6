"""What scanners say of this copy: of its code, and of a copy of its own that they attack with an owner's session.

Each tool has its time; a finding that docs/audit.md explains is listed in EXPLAINED with its reason, any other fails.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TOOLS = ROOT / ".venv-audit"
EMAIL, PASSWORD = "audit@leadbot.example", "audit-secret-1"
START_SECONDS, TOOL_SECONDS = 90, 240
MODULES = "backup,crlf,csrf,exec,file,permanentxss,redirect,sql,ssrf,timesql,upload,xss,xxe,http_headers,cookieflags"
# What isn't to be pressed: it ends the session, or erases what is to be looked at.
LEFT_ALONE = ("/logout", "/erase", "/settings/password", "/language")
# (tool, words of the finding): why it is none. The long form stands in docs/audit.md.
EXPLAINED: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Copy:
    """A running Leadbot: where it is, and an owner's session and token."""

    url: str
    cookie: str
    token: str


def main(*names: str) -> int:
    """Run the tools of these names, all without any; 1 where one found something that nobody has explained."""
    found = {tool.__name__: tool() for tool in (bandit, semgrep, pip_audit) if not names or tool.__name__ in names}
    attacks = [tool for tool in (schemathesis, wapiti, sqlmap) if not names or tool.__name__ in names]
    for tool in attacks:
        with running() as copy:  # each its own: what one has filled in is no other's business
            found[tool.__name__] = tool(copy)
    left = 0
    for tool, findings in found.items():
        known = [each for each in findings if reason(tool, each)]
        new = [each for each in findings if not reason(tool, each)]
        print(f"{tool:14} {len(new)} findings, {len(known)} explained")
        for each in new:
            print(f"    {each}")
        left += len(new)
    return 1 if left else 0


def reason(tool: str, finding: str) -> str:
    """Why this is no fault; empty where nobody has said so."""
    return next((why for (name, words), why in EXPLAINED.items() if name == tool and words in finding), "")


def bandit() -> list[str]:
    """Everything of middle weight and above that is not in the baseline."""
    said = run("static", "bandit", "-q", "-r", "leadbot", "-f", "json", "-b", str(HERE / "bandit.json"))
    return [
        f"{one['test_id']} {one['filename']}:{one['line_number']} {one['issue_text']}" for one in told(said)["results"]
    ]


def semgrep() -> list[str]:
    """What our own rules find."""
    rules = ("--config", str(HERE / "semgrep.yml"), "--metrics", "off", "--disable-version-check", "--quiet", "--json")
    found = told(run("static", "semgrep", "scan", *rules, "leadbot", "templates", "static"))
    results = [f"{one['check_id'].rpartition('.')[2]} {one['path']}:{one['start']['line']}" for one in found["results"]]
    return results + [f"rule: {one['message'][:200]}" for one in found["errors"]]


def pip_audit() -> list[str]:
    """Packages with known faults; where the database can't be reached nobody knows, and that is said."""
    said = run("static", "pip-audit", "-r", "requirements.txt", "-f", "json", "--progress-spinner", "off")
    packages = told(said).get("dependencies", [])
    if not packages or all("skip_reason" in each for each in packages):
        print("pip-audit      COULD NOT ASK: its database of known faults is not reached from here")
        return []
    return [f"{each['name']} {each['version']}: {one['id']}" for each in packages for one in each.get("vulns", [])]


def schemathesis(copy: Copy) -> list[str]:
    """Whatever the document allows and forbids, with a token: no 5xx, no answer it doesn't describe, no door open."""
    folder = Path(tempfile.mkdtemp())
    run(
        "api", "st", "run", f"{copy.url}/openapi.json", "--header", f"Authorization: Bearer {copy.token}",
        "--checks", "not_a_server_error,content_type_conformance,response_schema_conformance,ignored_auth,"
        "status_code_conformance,unsupported_method",
        "--max-time", str(TOOL_SECONDS // 2), "--continue-on-failure", "--report", "junit",
        "--report-dir", str(folder), "--no-color",
    )  # fmt: skip
    reports = "".join(path.read_text() for path in folder.glob("*.xml"))
    shutil.rmtree(folder)
    if "<testcase" not in reports:
        return ["it did not run"]
    names = re.findall(
        r'<testcase name="([^"]+)"(?:(?!</testcase>|/>).)*?<(?:failure|error)[^>]*message="([^"]{0,300})',
        reports,
        re.DOTALL,
    )
    return [f"{name}: {' '.join(message.split())}" for name, message in names]


def wapiti(copy: Copy) -> list[str]:
    """Crawl all pages as the owner and attack each field; a fault is whatever is above mere advice."""
    folder = Path(tempfile.mkdtemp())
    report = folder / "report.json"
    excluded = [word for path in LEFT_ALONE for word in ("-x", f"{copy.url}*{path}*")]
    run(
        "web", "wapiti", "-u", f"{copy.url}/board", "--scope", "domain", "-H", f"Cookie: {copy.cookie}", *excluded,
        "-m", MODULES, "--flush-session", "--store-session", str(folder), "--max-scan-time", str(TOOL_SECONDS),
        "--max-attack-time", "30", "--max-links-per-page", "40", "-d", "3", "-S", "normal", "-v", "0",
        "--no-bugreport", "-f", "json", "-o", str(report), seconds=TOOL_SECONDS + 60,
    )  # fmt: skip
    if not report.is_file():
        return ["it did not run"]
    read = told(report.read_text())
    shutil.rmtree(folder)
    pages = read["infos"].get("crawled_pages_nbr")
    print(f"wapiti         looked at {pages} pages")
    kinds = {**read["vulnerabilities"], **read["anomalies"]}
    return sorted(
        {
            f"{kind}: {one['method']} {one['path']} {one['parameter']} {one['info'][:120]}"
            for kind, many in kinds.items()
            for one in many
        }
    )


def sqlmap(copy: Copy) -> list[str]:
    """Every place where something is looked for or logged in."""
    folder = tempfile.mkdtemp()
    found = []
    for what in (
        ("-u", f"{copy.url}/api/auth/login", "--data", f"username={EMAIL}&password=x", "-p", "username,password"),
        ("-u", f"{copy.url}/board?q=x&city=y&who=1&source=api&since=2026-01-01", "--cookie", copy.cookie),
        ("-u", f"{copy.url}/board/table?q=x&sort=name", "--cookie", copy.cookie),
        ("-u", f"{copy.url}/conversations?q=x&show=all&before=1", "--cookie", copy.cookie),
        ("-u", f"{copy.url}/figures?since=2026-01-01&source=api", "--cookie", copy.cookie),
        ("-u", f"{copy.url}/api/leads?limit=1&offset=0&status=new", "-H", f"Authorization: Bearer {copy.token}"),
        ("-u", f"{copy.url}/api/chat", "--data", "user_id=a&text=b", "-H", f"Authorization: Bearer {copy.token}"),
    ):
        said = run(
            "api", "sqlmap", *what, "--batch", "--level", "1", "--risk", "1", "--smart", "--threads", "2",
            "--timeout", "10", "--technique", "BEU", "--output-dir", folder, "--ignore-code", "401,404,422",
            "--disable-coloring", seconds=60,
        )  # fmt: skip
        if "identified the following injection" in said or "is vulnerable" in said:
            found.append(f"{what[1]}: {said[-300:]}")
        elif "[INFO] testing" not in said and "not injectable" not in said and "skipping" not in said:
            found.append(f"{what[1]}: it did not run: {said[-200:]}")
    shutil.rmtree(folder, ignore_errors=True)
    return found


@contextmanager
def running() -> Iterator[Copy]:
    """A copy of its own on a free port, with its own data folder and some leads; gone afterwards."""
    folder = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "LEADBOT_DATA_DIR": folder, "PORT": str(port), "RATELIMIT_ENABLED": "false"}
    server = subprocess.Popen(
        [sys.executable, "-m", "leadbot.serve"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"http://localhost:{port}"
        wait_for(url)
        yield entered(url)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def entered(url: str) -> Copy:
    """Sign up over the API, hold a talk that ends in a lead, log in at the pages."""
    account = {"email": EMAIL, "password": PASSWORD, "company_name": "Audit"}
    ask(f"{url}/api/auth/register", json.dumps(account).encode(), {"Content-Type": "application/json"})
    token = json.loads(ask(f"{url}/api/auth/login", form(username=EMAIL, password=PASSWORD)))["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    for text in ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637"):
        ask(f"{url}/api/chat", form(user_id="client", text=text), bearer)
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open
    page = browser(f"{url}/login", timeout=30).read().decode()
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    browser(f"{url}/login", form(email=EMAIL, password=PASSWORD, csrf_token=csrf[1] if csrf else ""), timeout=30).read()
    return Copy(url, "; ".join(f"{one.name}={one.value}" for one in jar), token)


def ask(url: str, body: bytes, headers: dict[str, str] | None = None) -> str:
    """The answer to a POST."""
    with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=60) as answer:
        return str(answer.read().decode())


def form(**fields: str) -> bytes:
    return urllib.parse.urlencode(fields).encode()


def wait_for(url: str) -> None:
    """Raises TimeoutError where nobody answers."""
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at:
        try:
            urllib.request.urlopen(f"{url}/ready", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError("the copy did not start")


def run(tools: str, name: str, *words: str, seconds: int = TOOL_SECONDS) -> str:
    """What a tool says, cut where its time is over."""
    command = [str(TOOLS / tools / "bin" / name), *words]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            errors="replace",
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
        return said.decode(errors="replace") if isinstance(said, bytes) else said
    return done.stdout or done.stderr


def told(text: str) -> dict:
    """The JSON object in what a tool said."""
    found = re.search(r"\{.*\}", text, re.DOTALL)
    return json.loads(found[0]) if found else {"results": [], "errors": [{"message": f"it did not run: {text[:300]}"}]}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
