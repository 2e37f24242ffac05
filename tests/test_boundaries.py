"""Checks what each package imports from outside, in every import statement; inside, see `lint-imports`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STDLIB = set(sys.stdlib_module_names)
LIGHT = {
    "rich": "the dashboard, tables and progress",
    "pyarrow": "tables that stages leave; the one heavy package, for commands that read results",
    "psutil": "the machine's memory, and whether a process lives",
    "msgspec": "typed reading of our own JSON, with the place of a fault in its message",
    "pathspec": "patterns of ignore files in a library, as git reads them",
    "shtab": "scripts that complete commands in shells, made from the parser",
}
"""What the orchestrator imports from outside, and what for. What each costs at start-up is measured in
docs/decisions/2026-11-29-libraries.md. All of it is imported inside functions, so a command pays only for its
own."""
AT_THE_TOP = {"orchestrator/views/columns.py", "orchestrator/views/dashboard.py"}
"""Modules that are imported only where a dashboard is drawn, and may import rich at their top."""
MAY = {
    "orchestrator": STDLIB | {"orchestrator", "ipc", "stage_runners"} | LIGHT.keys(),
    "ipc": STDLIB | {"ipc", "pyarrow", "numpy", "threadpoolctl"},
}
SERVICE = "orchestrator/serve/web/"
IN_SERVICE = {"starlette", "uvicorn", "h11", "python_multipart", "watchfiles", "httpx", "apprise"}
"""What the environment `serve` has, and the one folder that imports it: only its process runs that folder."""
ON_RAY = "orchestrator/cluster/on_ray/"
IN_CLUSTER = {"ray", "obstore", "fsspec"}
"""The same for the environment `cluster`."""
ARTIFACT_HALF = {"arrow.py", "artifacts.py", "digests.py", "tables.py"}


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path):
    """(module, is at the top of the file) for every import statement in `path`."""
    found = []
    tree = parsed(path)
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.If)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        else:
            continue
        found += [(name.split(".")[0], id(node) not in inside) for name in names]
    return found


def in_service(path):
    return path.relative_to(ROOT).as_posix().startswith(SERVICE)


def files(package):
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", ["orchestrator", "ipc"])
def test_the_orchestrator_and_ipc_import_only_allowed_modules(package):
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files(package)
        for module, _ in imports(path)
        if module not in MAY[package]
        and not (module in IN_SERVICE and in_service(path))
        and not (module in IN_CLUSTER and path.relative_to(ROOT).as_posix().startswith(ON_RAY))
    ]
    assert not wrong


def test_the_environment_of_the_service_has_what_its_folder_imports():
    project = tomllib.loads((ROOT / "envs" / "serve" / "pyproject.toml").read_text())["project"]
    asked = {re.split(r"[<>=~!;\[ ]", line)[0].replace("-", "_") for line in project["dependencies"]}
    used = {module for path in files("orchestrator") if in_service(path) for module, _ in imports(path)}
    assert used - STDLIB - {"orchestrator", "ipc", "stage_runners", "h11"} - LIGHT.keys() <= asked
    assert LIGHT.keys() - {"shtab"} <= asked


def test_the_orchestrators_dependencies_are_its_imports():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.split(r"[<>=~!;\[ ]", line)[0] for line in project["dependencies"]}
    used = {module for path in files("orchestrator") for module, _ in imports(path)}
    assert asked == LIGHT.keys()
    assert used & LIGHT.keys() == LIGHT.keys()


def test_the_orchestrator_imports_its_libraries_inside_functions():
    wrong = [
        f"{path.relative_to(ROOT)} imports {module} at the top"
        for path in files("orchestrator")
        for module, top in imports(path)
        if top and module in LIGHT and path.relative_to(ROOT).as_posix() not in AT_THE_TOP
    ]
    assert not wrong


def test_the_protocol_half_of_the_contract_needs_only_the_standard_library():
    wrong = [
        f"{path.name} imports {module}"
        for path in files("ipc")
        if path.name not in ARTIFACT_HALF
        for module, _ in imports(path)
        if module in {"numpy", "pyarrow"}
    ]
    assert not wrong


def test_the_artifact_half_imports_its_libraries_inside_functions():
    heavy = {"numpy", "pyarrow", "threadpoolctl"}
    assert not [p.name for p in files("ipc") for module, top in imports(p) if top and module in heavy]


def reached(path, seen=None):
    """Every file of `stage_runners` that importing `path` imports with it, itself first."""
    seen = seen if seen is not None else {path}
    tree = parsed(path)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stage_runners"):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for helper in (ROOT / f"{name.replace('.', '/')}.py" for name in names):
                if helper.is_file() and helper not in seen:
                    seen.add(helper)
                    reached(helper, seen)
    return seen


def test_importing_a_runner_imports_no_heavy_package():
    """Helpers such as networks may import torch at the top if runners import them in functions."""
    allowed = STDLIB | {"ipc", "stage_runners", "numpy"}
    wrong = [
        f"{runner.name} imports {module} at the top, in {path.name}"
        for runner in files("stage_runners")
        if "\nSTAGE = " in runner.read_text()
        for path in reached(runner)
        for module, top in imports(path)
        if top and module not in allowed
    ]
    assert not wrong


def test_a_declaration_imports_only_the_standard_library_at_the_top():
    """The orchestrator reads it in every command."""
    wrong = [
        f"{declaration.parent.name}/stage.py imports {module}, in {path.name}"
        for declaration in ROOT.glob("stage_runners/*/stage.py")
        for path in reached(declaration)
        for module, top in imports(path)
        if top and module not in STDLIB | {"ipc", "stage_runners"}
    ]
    assert not wrong


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["plan", "--help"], ["voices", "--help"]], ids=" ".join
)
def test_help_loads_nothing_but_the_standard_library_and_our_own_code(words):
    script = (
        "import sys\nbefore = set(sys.modules)\nfrom orchestrator.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "argparse" in loaded
    assert not loaded - STDLIB - {"orchestrator", "ipc", "stage_runners"}


IN_THE_USERS_FOLDER = {"ffmpeg.py"}
"""It asks ffmpeg for its version, by a path that may begin in the current folder."""


def test_every_process_is_started_in_a_folder_of_ours():
    """Programs and libraries read settings from the current folder, which may be a stranger's.

    uv reads `uv.toml` and `pyproject.toml` there, which may name another cache to clean; numba reads
    `.numba_config.yaml`, which names a folder of pickles, and matplotlib `matplotlibrc`.
    """
    found, without = 0, []
    for file in sorted((ROOT / "orchestrator").rglob("*.py")):
        for node in ast.walk(parsed(file)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in {
                "subprocess.run", "subprocess.Popen",
            }:  # fmt: skip
                continue
            named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if file.name not in IN_THE_USERS_FOLDER:
                found += 1
                without += [] if "cwd" in named else [f"{file.name}:{node.lineno}"]
    assert found >= 14
    assert without == []


def test_a_command_that_a_message_tells_to_type_quotes_the_films_name():
    """A film may be called `$(rm -rf ~).mkv`, and people paste what a message tells them to type."""
    told = re.compile(
        r"orchestrator (?:run|allow|review|plan|names|edits|report) (?=\{)(?!\{typed\()(\{[^}]*\})"
    )
    found = {
        f"{file.name}: {name}"
        for file in sorted((ROOT / "orchestrator").rglob("*.py"))
        for name in told.findall(file.read_text(encoding="utf-8"))
    }
    assert found == {"prepare.py: {named}"}  # made of `typed` names there
