"""A runner that speaks the contract of `orchestrator run --json --films-from -`, and whose films are instant.

    python fake_runner.py LIFELINE LOCK [PACE_S]

The film's name says what becomes of it: `poison` kills the runner with SIGKILL, `broken` fails, `worse` is
degraded, `refused` is no film, `unreadable` none that ffmpeg can read, in `silent` nobody speaks; any other
is done, after PACE_S seconds.
`cannot-start` as the third word ends it at once.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
import time
from pathlib import Path

TELLING = threading.Lock()
PACE_S = sys.argv[3] if len(sys.argv) > 3 else "0"


def tell(event, **fields):
    with TELLING:  # threads must not write into each other's lines
        print(json.dumps({"event": event, "time": time.time(), **fields}), flush=True)


def main():
    if PACE_S == "cannot-start":
        sys.exit("ModuleNotFoundError: there is no such module")
    threading.Thread(target=watch, args=(int(sys.argv[1]),), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: (tell("run_interrupted", signal="SIGTERM"), os._exit(130)))
    tell("run_started", films=[])
    cancelled, films = set(), []
    threading.Thread(target=read, args=(films, cancelled), daemon=True).start()
    number = 0
    while True:
        while not films:
            time.sleep(0.005)
        film = films.pop(0)
        if film is None:
            tell("run_ended", outcome="done", exit_status=0, files=[])
            return
        run(number, film, cancelled)
        number += 1


def read(films, cancelled):
    for line in sys.stdin:
        body = json.loads(line)
        cancelled.add(body["cancel"]) if "cancel" in body else films.append(body)
    films.append(None)


def run(number, body, cancelled):
    film, job = Path(body["film"]), body["id"]
    if film.stem == "refused":
        tell("film_refused", id=job, path=str(film), message=f"{film}: not a film", hint="check it", status=4)
        return
    steps = [{"name": "demux", "status": "waiting"}, {"name": "asr", "status": "waiting"}]
    state = {"path": str(film), "title": film.stem, "seconds": 0.0, "language": "", "steps": steps}
    tell("film_added", film=number, id=job, state=state)
    if film.stem == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    until = time.monotonic() + float(PACE_S) * (40 if film.stem == "long" else 1)
    while time.monotonic() < until and job not in cancelled:
        time.sleep(0.005)
    if job in cancelled:
        tell("film_ended", film=number, id=job, outcome="cancelled")
        return
    if film.stem == "unreadable":
        error = {"category": "input", "message": "not a film", "hint": "check it", "log": ""}
        tell("step_failed", film=number, step="demux", error=error)
        tell("film_ended", film=number, id=job, outcome="failed")
        return
    done = {"film": number, "cached": False, "seconds": 0.1, "degraded": []}
    tell("step_done", step="demux", **done, facts={"seconds": 24.0})
    if film.stem == "broken":
        error = {"category": "crash", "message": "the decoder ended", "hint": "report it", "log": ""}
        tell("step_failed", film=number, step="asr", error=error)
        tell("film_ended", film=number, id=job, outcome="failed")
        return
    degraded = ["no diarization"] if film.stem == "worse" else []
    facts = {"language": body["options"].get("language") or "en", "language_probability": 0.97}
    tell("step_done", step="asr", **{**done, "degraded": degraded}, facts=facts)
    folder = Path(body["options"].get("output_dir") or film.parent)
    silent = {"hi.srt": "", "json": '{"segments": [], "language": "hi"}'}
    made = silent.items() if film.stem == "silent" else contents(body["options"])
    for name, content in made:
        path = folder / f"{film.stem}.{name}"
        path.write_text(content)
        output = {"name": path.name, "path": str(path), "size": path.stat().st_size, "note": ""}
        tell("file_written", film=number, output=output)
    tell("film_ended", film=number, id=job, outcome="degraded" if degraded else "done")


def contents(options):
    formats = (options.get("output_format") or "srt").split(",")
    language = options.get("language") or "en"
    words = [
        {"word": "Hello", "start": 0.5, "end": 0.9, "score": 0.9, "speaker": "SPEAKER_00"},
        {"word": "there.", "start": 1.0, "end": 1.4, "score": 0.8, "speaker": "SPEAKER_00"},
    ]
    segment = {"start": 0.5, "end": 1.4, "text": "Hello there.", "speaker": "SPEAKER_00", "words": words}
    made = {
        "srt": (f"{language}.srt", "1\n00:00:00,500 --> 00:00:01,400\nHello there.\n\n"),
        "vtt": (f"{language}.vtt", "WEBVTT\n\n00:00.500 --> 00:01.400\nHello there.\n\n"),
        "report": ("report.html", "<!doctype html><html></html>"),
        "txt": ("txt", "Hello there.\n"),
        "tsv": ("tsv", "start\tend\ttext\n500\t1400\tHello there.\n"),
        "json": ("json", json.dumps({"segments": [segment], "word_segments": words, "language": language})),
    }
    yield from (made[name] for name in formats if name in made)
    for target in filter(None, (options.get("target_language") or "").split(",")):
        yield f"{target}.translated.srt", "1\n00:00:00,500 --> 00:00:01,400\nHello (translated).\n\n"


def watch(lifeline):
    poll = select.poll()
    poll.register(lifeline, select.POLLHUP)
    while True:
        if poll.poll(100):
            os.kill(os.getpid(), signal.SIGTERM)
            return


if __name__ == "__main__":
    main()
