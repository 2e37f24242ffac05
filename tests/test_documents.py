"""Documents name files that exist, have lines that fit, and hold what the code says now."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from orchestrator.run_state import events, states

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
COLUMNS = 100
FOLDERS = ("orchestrator", "ipc", "stage_runners", "tests", "docs", "envs", "benchmarks", ".ci")
"""Folders of the repository: a path in backticks that begins with one of them names a file here."""
TABLE_OR_HEADING = re.compile(r"\s*[|#]")
FENCE = re.compile(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)


def prose_of(text):
    """The text with code blocks emptied; lines keep their numbers."""
    return FENCE.sub(lambda block: "\n" * block.group().count("\n"), text)


def named_paths(text):
    """The paths in backticks that name a file or folder here; not patterns such as `envs/<name>/`."""
    for words in re.findall(r"`([^`\n]+)`", text):
        path = words.partition("#")[0]
        if path.startswith(tuple(f"{folder}/" for folder in FOLDERS)) and re.fullmatch(r"[\w./-]+", path):
            yield path


def link_targets(text):
    """The relative targets of links, without their anchors."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(text):
    """The anchors of a document's headings, as GitHub makes them."""
    for heading in re.findall(r"^#+ (.+)$", prose_of(text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        yield re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")


def too_long(text):
    """The numbers of lines of prose that are too long, and could be broken outside links and code."""
    for number, line in enumerate(prose_of(text).split("\n"), start=1):
        unbroken = re.sub(r"`[^`]*`|\[[^\]]*\]\([^)]*\)|<!--.*?-->", "", line)
        if len(line) > COLUMNS and not TABLE_OR_HEADING.match(line) and " " in unbroken.strip():
            yield number


def as_ids(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("document", DOCUMENTS, ids=as_ids(DOCUMENTS))
def test_every_path_that_a_document_names_exists(document):
    text = document.read_text(encoding="utf-8")
    missing = [path for path in named_paths(text) if not (ROOT / path).exists()]
    assert missing == []


def test_every_module_that_a_document_names_without_its_folder_exists():
    modules = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    named = {
        (document.name, name)
        for document in DOCUMENTS
        for name in re.findall(r"`(\w+\.py)`", document.read_text(encoding="utf-8"))
    }
    assert {pair for pair in named if pair[1] not in modules} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=as_ids(DOCUMENTS))
def test_every_link_leads_to_a_document_and_a_heading(document):
    broken = []
    for target in link_targets(document.read_text(encoding="utf-8")):
        place, _, anchor = target.partition("#")
        file = (document.parent / place).resolve() if place else document
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=as_ids(DOCUMENTS))
def test_lines_of_prose_have_at_most_100_columns(document):
    assert list(too_long(document.read_text(encoding="utf-8"))) == []


def test_the_rules_above_find_a_missing_path_a_long_line_and_a_heading():
    text = (
        "# Names & voices\n`orchestrator/nothing.py` and `envs/<name>/`\n"
        + "word " * 30
        + "\n```\n"
        + "x " * 80
    )
    assert list(named_paths(text)) == ["orchestrator/nothing.py"]
    assert list(anchors(text)) == ["names--voices"]
    assert list(too_long(text + "\n```\n| " + "cell " * 30 + "|")) == [3]


def test_the_list_of_decisions_has_every_decision_with_its_title():
    listed = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    titles = {name: title for title, name in re.findall(r"\[([^\n]*)\]\(([\w.-]+\.md)\) \|", listed)}
    decisions = (ROOT / "docs/decisions").glob("20*.md")
    assert titles == {path.name: path.read_text(encoding="utf-8").split("\n")[0][2:] for path in decisions}


def script(name):
    """A script of the documents, as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_the_options_and_output_files_in_the_reference_are_up_to_date():
    maker = script("make_reference")
    document = maker.REFERENCE.read_text(encoding="utf-8")
    assert maker.made(document) == document, "docs/reference.md is stale: run python docs/make_reference.py"


def test_the_types_of_the_options_for_python_are_up_to_date():
    maker = script("make_reference")
    assert maker.TYPES.read_text() == maker.types_of_options(), "run python docs/make_reference.py"


def test_the_dashboard_picture_shows_the_last_moment_with_most_stages_beside_recognition():
    maker = script("make_pictures")
    steps = tuple(states.StepState(name=name) for name in ("diarization", "asr", "mux"))
    film = states.FilmState(path=Path("demo.mkv"), title="demo.mkv", digest="", seconds=30.0, steps=steps)
    run = [events.RunStarted(time=1.0, films=(film,))]
    for time, name in ((2.0, "diarization"), (3.0, "asr"), (5.0, "mux")):
        run.append(events.StepRunning(time=time, film=0, step=name, load_seconds=0.0))
        if name == "asr":
            ended = {"cached": False, "key": "", "reason": "", "env": "", "device": "cpu", "compute_type": ""}
            made = {"method": "", "model": "", "revision": "", "seconds": 1.0, "degraded": (), "facts": {}}
            run += [
                events.StepDone(time=4.0, film=0, step=one, **ended, **made) for one in ("diarization", "asr")
            ]
    state, moment = maker.while_recognising(maker.event_of(events.to_json(event)) for event in run)
    assert moment == 3.0
    assert [step.status for step in state.films[0].steps] == ["running", "running", "waiting"]
    picture = maker.draw_dashboard(state, moment)
    assert "diarization" in picture
    assert "url(" not in picture.replace("url(#", "")
