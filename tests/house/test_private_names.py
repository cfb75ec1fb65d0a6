"""Nothing in the house leans on a private name of a library: it may be another one after any upgrade."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from collecting import over

import leadbot

ROOT = Path(leadbot.__file__).parent
# Documented, for all that they begin with an underscore.
DOCUMENTED = {"_get_current_object", "_replace", "_asdict", "_make", "_mapping", "_fields"}
FILES = {path.relative_to(ROOT.parent).as_posix(): ast.parse(path.read_text()) for path in ROOT.rglob("*.py")}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name.strip("_") != "" and name not in DOCUMENTED


@cache
def ours() -> set[str]:
    """Private names that the house itself gives: to functions, classes, variables and attributes of its objects."""
    found: set[str] = set()
    for tree in FILES.values():
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                    found.add(name)
                case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                    found.add(name)
    return found


def strange(tree: ast.AST, known: set[str]) -> Iterator[str]:
    """Private names that are reached for and that nobody here has given."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if is_private(name) and name not in known:
                yield f"line {node.lineno}: .{name}"
            case ast.ImportFrom(module=module, names=names) if not (module or "leadbot").startswith("leadbot"):
                yield from (f"line {node.lineno}: {module}.{one.name}" for one in names if is_private(one.name))
            case ast.Import(names=names):
                parts = ((one.name, part) for one in names for part in one.name.split("."))
                yield from (f"line {node.lineno}: {name}" for name, part in parts if is_private(part))
            case ast.Call(
                func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(value=str(name)), *_]
            ):
                if is_private(name) and name not in known:
                    yield f"line {node.lineno}: {name}"
            case ast.Subscript(value=ast.Attribute(attr="modules", value=ast.Name(id="sys"))):
                yield f"line {node.lineno}: sys.modules"


def test_no_private_name_of_a_library() -> None:
    assert [f"{name}, {what}" for name, tree in FILES.items() for what in strange(tree, ours())] == []


def is_written_here(value: object) -> bool:
    return inspect.isfunction(value) and value.__module__.startswith("leadbot")


def test_no_private_method_of_a_library_is_overridden() -> None:
    found = []
    for module in pkgutil.walk_packages(leadbot.__path__, "leadbot."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if not kind.__module__.startswith("leadbot"):
                continue
            above = [base for base in kind.__mro__[1:] if not base.__module__.startswith("leadbot")]
            private = [name for name, value in vars(kind).items() if is_private(name) and is_written_here(value)]
            found += [f"{kind.__qualname__}.{name}" for name in private for base in above if name in vars(base)]
    assert found == []


@over([
    "connection._commit_all()", "from sqlalchemy.orm.attributes import _x", "import gunicorn._util",
    "getattr(worker, '_theirs')", "sys.modules['huey'] = None", "g._login_user = 1",
])  # fmt: skip
def test_the_crimes_are_found(crime: str) -> None:
    assert list(strange(ast.parse(crime), ours()))
