"""What each package may import from outside, kept by reading every import statement. Who may import whom inside: `lint-imports`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STDLIB = set(sys.stdlib_module_names)
MAY = {
    "orchestrator": STDLIB | {"orchestrator", "ipc", "stage_runners", "rich", "pyarrow"},
    "ipc": STDLIB | {"ipc", "pyarrow", "numpy"},
}
ARTIFACT_HALF = {"artifacts.py", "digests.py"}


def imports(path):
    """Yield (module, is at the top of the file) for every import statement in `path`."""
    tree = ast.parse(path.read_text())
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
        for name in names:
            yield name.split(".")[0], id(node) not in inside


def files(package):
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", ["orchestrator", "ipc"])
def test_the_orchestrator_and_the_contract_import_only_what_they_may(package):
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files(package)
        for module, _ in imports(path)
        if module not in MAY[package]
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
    heavy = {"numpy", "pyarrow"}
    assert not [p.name for p in files("ipc") for module, top in imports(p) if top and module in heavy]


def reached(path, seen=None):
    """Every file of `stage_runners` that importing `path` imports with it, itself first."""
    seen = seen if seen is not None else {path}
    tree = ast.parse(path.read_text())
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stage_runners"):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for helper in (ROOT / f"{name.replace('.', '/')}.py" for name in names):
                if helper.is_file() and helper not in seen:
                    seen.add(helper)
                    reached(helper, seen)
    return seen


def test_importing_a_runner_imports_nothing_heavy_of_its_environment():
    """Helpers such as a network's definition may need torch, as long as runners import them inside functions."""
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


def test_a_declaration_imports_nothing_but_the_standard_library():
    """The orchestrator reads it in every command."""
    wrong = [
        f"{declaration.parent.name}/stage.py imports {module}, in {path.name}"
        for declaration in ROOT.glob("stage_runners/*/stage.py")
        for path in reached(declaration)
        for module, _ in imports(path)
        if module not in STDLIB | {"ipc", "stage_runners"}
    ]
    assert not wrong


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"]])
def test_help_loads_nothing_heavy(words):
    script = (
        "import sys\nfrom orchestrator.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print([m for m in ('pyarrow', 'numpy', 'rich', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
