"""A digest of each stage's code, so that nobody changes what a stage does and forgets its version.

The version in a stage's declaration is the only trace of its code in the store's keys: if it is forgotten,
stale results are served silently. So `tests/data/stage_code.json` has, by stage, the version and a digest of
the code that its runners reach, and a test compares it with the code as it is. Where the results of a stage
change, raise its `version` in `stage_runners/<stage>/stage.py`; in any case, record the code anew:

    python -m tests.stage_code

Docstrings, comments, layout and type hints are not in the digest; declarations and the values of thresholds
are in the key. Of `ipc` the digest has what stages compute with, not what carries messages.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ipc.declaration import Stage
from orchestrator.stages.catalog import STAGES
from orchestrator.stages.proposing import STAGES as PROPOSING
from stage_runners.translation.stage import BRIEFING, TRANSLATORS

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests/data/stage_code.json"
IN_THE_KEY = ("stage.py", "shared_params.py")
CARRIES_MESSAGES = {
    f"ipc/{name}.py"
    for name in (
        "child", "child_loop", "console", "context", "classify_error", "declaration", "errors", "lifeline",
        "memory", "notes", "protocol", "wording",
    )
}  # fmt: skip


def stages() -> Iterator[tuple[str, Stage]]:
    """Every declared stage by name; the ways to translate as `translation/<method>`."""
    for name, stage in STAGES.items():
        if name != "translation":
            yield name, stage
    for name, translator in TRANSLATORS.items():
        yield f"translation/{name}", translator.stage
    for stage in (BRIEFING, *PROPOSING):
        yield stage.name, stage


def modules(stage: Stage) -> list[Path]:
    """The files of `stage_runners` and `ipc` that the stage's runners import, anywhere, and the runners."""
    waiting = [path_of(backend.runner) for backend in stage.backends]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path is None or path in found:
            continue
        found.add(path)
        waiting += imported(path)
    return sorted(
        path
        for path in found
        if path.name not in IN_THE_KEY and path.relative_to(ROOT).as_posix() not in CARRIES_MESSAGES
    )


def path_of(module: str) -> Path | None:
    """The file of a module of `stage_runners` or `ipc`, or of a package with code; else None."""
    path = ROOT / module.replace(".", "/")
    files = (path.with_suffix(".py"), path / "__init__.py")
    found = next((file for file in files if file.is_file() and file.stat().st_size), None)
    return found if module.startswith(("stage_runners.", "ipc.")) else None


def imported(path: Path) -> Iterator[Path | None]:
    """The files that a file imports from `stage_runners` or `ipc`.

    Packages with code include their modules.
    """
    if path.name == "__init__.py":
        yield from path.parent.glob("*.py")
    yield from map(path_of, _names(path.read_text(encoding="utf-8")))


@cache  # stages share most of their code
def _names(text: str) -> list[str]:
    """What a text imports, and what may be modules of it."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


class _Bare(ast.NodeTransformer):
    """Takes away what changes no result: docstrings and type hints."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


class _WithoutValues(ast.NodeTransformer):
    """Takes away the values of a dataclass's fields: those of thresholds are in the key."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        for field in node.body:
            if isinstance(field, ast.AnnAssign):
                field.value = None
        return node


def digest(paths: list[Path]) -> str:
    """The digest of these files' code."""
    sha = hashlib.sha256()
    for path in paths:
        code = _code(path.read_text(encoding="utf-8"), thresholds=path.name == "thresholds.py")
        sha.update(f"{path.relative_to(ROOT)}\n{code}\n".encode())
    return sha.hexdigest()[:16]


@cache
def _code(text: str, *, thresholds: bool) -> str:
    """A text's code, without what changes no result."""
    tree = _Bare().visit(ast.parse(text))
    return ast.dump(_WithoutValues().visit(tree) if thresholds else tree, annotate_fields=False)


def current() -> dict[str, dict[str, int | str]]:
    """Version and code of every stage, as they are."""
    return {name: {"version": stage.version, "code": digest(modules(stage))} for name, stage in stages()}


def recorded() -> dict[str, dict[str, int | str]]:
    """Version and code of every stage, as they were recorded."""
    content: dict[str, dict[str, int | str]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    RECORD.write_text(json.dumps(current(), indent=1) + "\n", encoding="utf-8")
