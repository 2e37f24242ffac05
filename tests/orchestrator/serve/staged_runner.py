"""A runner whose films stay at a stage, so that a page can be looked at: `fake_runner.py` has quick ones.

    python staged_runner.py LIFELINE LOCK

A film is in the middle of its recognition until it is cancelled, or until a file `<film>.go` appears: then
it is done. `STAGED_STEP` in the environment is the share of the film by which it grows five times a second.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from tests.orchestrator.serve.fake_runner import tell, watch

STAGES = ("demux", "asr", "vad", "diarization", "alignment", "attribution", "translation", "subtitles", "mux")
STEP = float(os.environ.get("STAGED_STEP", "0.01"))


def main():
    threading.Thread(target=watch, args=(int(sys.argv[1]),), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: (tell("run_interrupted", signal="SIGTERM"), sys.exit(130)))
    tell("run_started", films=[])
    cancelled = set()
    for number, line in enumerate(sys.stdin):
        body = json.loads(line)
        if "cancel" in body:
            cancelled.add(body["cancel"])
        else:
            threading.Thread(target=run, args=(number, body, cancelled), daemon=True).start()


def run(number, body, cancelled):
    film, job = Path(body["film"]), body["id"]
    steps = [{"name": name, "status": "waiting", "device": "", "model": ""} for name in STAGES]
    steps[3]["degraded"] = ["one speaker only <b>assumed</b>"] if "<" in film.name else []
    seconds, share = 5400.0 + 720 * (number % 3), 0.3 + 0.34 * (number % 2)
    language = body.get("options", {}).get("language") or "en"
    state = {"path": str(film), "title": film.stem, "seconds": seconds, "language": language, "steps": steps}
    tell("film_added", film=number, id=job, state=state)
    done = {"film": number, "degraded": [], "facts": {}}
    tell("step_done", step="demux", cached=True, seconds=3.2, **done)
    for name, device, model in (("vad", "cpu", "silero"), ("asr", "cuda", "large-v3")):
        tell("step_starting", film=number, step=name, env="asr", device=device, runner=name, model=model)
        begun = time.time() - (seconds * share / 12 if STEP < 0.01 else 0)
        tell("step_running", film=number, step=name, load_seconds=0.5, time=begun)
    tell("step_done", step="vad", cached=False, seconds=12.0, **done)
    while job not in cancelled and not film.with_name(film.name + ".go").exists():
        share = min(share + STEP, 0.9)
        progress = {"phase": "", "done": seconds * share, "total": seconds, "unit": "s"}
        tell("step_progress", film=number, step="asr", **progress)
        time.sleep(0.2)
    if job in cancelled:
        tell("film_ended", film=number, id=job, outcome="cancelled")
        return
    for name in STAGES[1:]:
        tell("step_done", step=name, cached=False, seconds=1.0, **done)
    tell("film_ended", film=number, id=job, outcome="done")


if __name__ == "__main__":
    main()
