"""Make the pictures of the README: `.venv/bin/python docs/make_pictures.py`.

Needs the environments (`./install.sh --dev`) and Chromium on the PATH. The script runs `orchestrator demo` in
a temporary folder, which takes about a minute on two cores. `report.png` is the report of that run in
Chromium, `dashboard.svg` the live dashboard at one moment of it, drawn from the run's events. `service.png`
is the page of `orchestrator serve`, with a runner of the tests.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.terminal_theme import MONOKAI  # noqa: E402

from orchestrator.run_state import events, states  # noqa: E402
from orchestrator.run_state.reducer import reduce  # noqa: E402
from orchestrator.views import dashboard  # noqa: E402
from tests import browser  # noqa: E402
from tests.orchestrator.serve import staged_runner  # noqa: E402
from tests.orchestrator.serve.served import Served  # noqa: E402

IMAGES = ROOT / "docs" / "images"
LARGEST = 400_000
"""Bytes of one picture: a README has to load quickly."""

COLUMNS = 118
REPORT_SIZE = (1280, 860)
SERVICE_SIZE = (1280, 720)

EVENTS = {
    events.name_of(kind(**dict.fromkeys(kind.__dataclass_fields__))): kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, events.RunEvent)
}


def demo(folder: Path) -> Iterator[events.RunEvent]:
    """Run the demo in `folder`, every stage anew, and give the run's events in their order."""
    command = [sys.executable, "-P", "-m", "orchestrator", "demo", "--from", "demux", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    yield from (event_of(line) for line in done.stdout.splitlines() if line.startswith("{"))


def event_of(line: str) -> events.RunEvent:
    """The event that a line of `--json` holds."""
    body = json.loads(line)
    return msgspec.convert(body, EVENTS[body["event"]], dec_hook=_as_path)


def _as_path(kind: type, value: object) -> Path:
    """What msgspec cannot convert itself: a path, which is text in JSON."""
    if kind is not Path:
        raise NotImplementedError(kind)
    return Path(str(value))


def while_recognising(run: Iterable[events.RunEvent]) -> tuple[states.RunState, float]:
    """A state in the middle of recognition, and its time: the last one in which most stages run beside it."""
    state, best, moment, most = states.RunState(), states.RunState(), 0.0, (0, 0)
    for event in run:
        state = reduce(state, event)
        running = [step for film in state.films for step in film.steps if step.status == "running"]
        part_done = [step for step in running if 0 < step.done < step.total]
        value = (len(running), len(part_done))
        if value >= most and any(step.name == "asr" for step in running):
            best, moment, most = state, event.time, value
    return best, moment


def draw_dashboard(state: states.RunState, moment: float) -> str:
    """The dashboard at that moment, as SVG, drawn by the code that draws it on a terminal."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(dashboard.render(state, moment, COLUMNS))
    picture = console.export_svg(title="orchestrator demo", theme=MONOKAI)
    # Rich names fonts on the web: a picture of ours loads nothing, and uses the reader's own font.
    return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)


def photograph(report: Path, picture: Path) -> None:
    """A picture of the report's first screen, with a cue chosen as after a click on it."""
    width, height = REPORT_SIZE
    with browser.opened(report.as_uri(), width=width, height=height) as page:
        page.keyboard.press("n")
        page.wait_for_timeout(1_000)
        page.screenshot(path=picture)


def photograph_service(folder: Path, picture: Path) -> None:
    """A picture of the service's page, with films whose names are made up and that stay at a stage."""
    names = (
        "The Lighthouse Keeper.mkv",
        "Two Trains North.mkv",
        "La casa del faro.mkv",
        "Harbour S01E01.mkv",
    )
    films = folder / "Films"
    films.mkdir()
    for name in names:
        (films / name).write_text("film")
    (folder / "home").mkdir()
    words = (sys.executable, str(Path(staged_runner.__file__)), "{lifeline}", "{lock}")
    environ = {"PYTHONPATH": str(ROOT), "STAGED_STEP": "0.0005"}
    service = Served(folder / "home", environ=environ, folders=(str(films),), runner=words).start()

    def options(name: str) -> dict[str, str]:
        return {"language": "es", "target_language": "en"} if name.startswith("La ") else {"language": "en"}

    try:
        for name in names:
            service.json("POST", "/api/jobs", {"path": str(films / name), "options": options(name)})
        width, height = SERVICE_SIZE
        with browser.opened(f"http://127.0.0.1:{service.port}/", width=width, height=height) as page:
            page.wait_for_selector("#running li:nth-child(2) .step.running")
            page.wait_for_timeout(25_000)  # the time that is left shows after 15 s of progress
            page.evaluate("document.querySelectorAll('.folder').forEach(one => one.textContent = '/films')")
            page.screenshot(path=picture)
    finally:
        service.stop()


def main() -> None:
    """Run the demo once and write the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        state, moment = while_recognising(demo(Path(name)))
        (IMAGES / "dashboard.svg").write_text(draw_dashboard(state, moment), encoding="utf-8")
        photograph(Path(name) / "orchestrator-demo" / "demo.report.html", IMAGES / "report.png")
        photograph_service(Path(name), IMAGES / "service.png")
    browser.stop()
    for picture in sorted(IMAGES.iterdir()):
        size = picture.stat().st_size
        print(f"{picture.relative_to(ROOT)}: {size / 1000:.0f} kB")
        if size > LARGEST:
            sys.exit(f"{picture}: larger than {LARGEST / 1000:.0f} kB; make REPORT_SIZE smaller")


if __name__ == "__main__":
    main()
