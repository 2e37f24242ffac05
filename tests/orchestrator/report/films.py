"""What a run leaves of a film that nobody made: artifacts in a store, and the `run.json` that names them."""

from __future__ import annotations

import random

from ipc.artifacts import kind_of, write
from orchestrator.stages.catalog import STAGES
from orchestrator.storage.manifest import Manifest, OutputRecord

WORDS = (
    "the",
    "old",
    "lighthouse",
    "keeper",
    "never",
    "told",
    "anybody",
    "what",
    "he",
    "had",
    "seen",
    "that",
    "night",
    "before",
    "a",
    "storm",
)
VOICES = ("SPEAKER_00", "SPEAKER_01", "SPEAKER_02", "SPEAKER_03")


def kept(store, stage, tables, *, facts=None, params=None, seconds=1.5):
    """Store a stage's tables ({output: (kind, columns, content)}); return its row of `run.json`."""
    attempt = store.attempt(stage)
    records = {}
    for name, (kind, columns, content) in tables.items():
        path = attempt / f"{name}{kind_of(kind).suffix}"
        digest = write(path, kind, columns, content)
        records[name] = OutputRecord(kind=kind, path=path.name, digest=digest, size=path.stat().st_size)
    key = f"{abs(hash((stage, len(tables), seconds))):064x}"[:64]
    manifest = Manifest(
        stage=stage, version=1, ingredients=params or {}, outputs=records, seconds=seconds, facts=facts or {}
    )
    store.commit(attempt, key, manifest, replace=True)
    return row(stage, key=key, facts=facts or {}, seconds=seconds)


def row(stage, status="done", **more):
    """A stage's row of `run.json`."""
    empty = dict.fromkeys(
        (
            "reason",
            "key",
            "env",
            "device",
            "device_reason",
            "compute_type",
            "runner",
            "model",
            "revision",
            "method",
        ),
        "",
    )
    found = {
        **empty,
        "stage": stage,
        "status": status,
        "notes": [],
        "fallbacks": [],
        "degraded": [],
        "retries": 0,
    }
    return {**found, "seconds": None, "speed": None, "peak_memory": None, "facts": {}, **more}


def content(film, stages, *, seconds=0.0):
    """The `run.json` of a run with these stages on `film`."""
    there = {stage["stage"]: stage for stage in stages}
    every = [there.get(name) or row(name, "off", reason="not asked for") for name in STAGES]
    every += [stage for stage in stages if stage["stage"] not in STAGES]
    one = {
        "path": str(film),
        "digest": "d" * 64,
        "title": film.name,
        "seconds": seconds,
        "language": "en",
        "outputs": [],
        "stages": every,
    }
    return {
        "id": "a-run",
        "version": "0",
        "started": "2026-01-02T03:04:05.000+00:00",
        "machine": None,
        "command": [],
        "films": [one],
    }


def long_film(store, film, *, hours=3.0, cues=5000, seed=1):
    """A film with so many cues of six words each and four voices; every twentieth cue needs review."""
    chance = random.Random(seed)
    total = hours * 3600
    each = total / cues
    words, shown, segments, turns, speech = [], [], [], [], []
    for k in range(cues):
        start, end = k * each + 0.1, (k + 1) * each - 0.1
        said = [chance.choice(WORDS) for _ in range(6)]
        voice = VOICES[(k // 3) % len(VOICES)]
        step = (end - start) / 6
        doubtful = k % 20 == 7
        for n, text in enumerate(said):
            words.append(
                (k, text, n > 0, start + n * step, start + (n + 1) * step, 0.3 if doubtful else 0.9, voice)
            )
        shown.append(
            (
                k + 1,
                start,
                end,
                " ".join(said[:3]) + "\n" + " ".join(said[3:]),
                [voice],
                [k],
                ["too_fast"] if k % 40 == 7 else [],
            )
        )
        segments.append((k, start, end, " ".join(said), voice))
        turns.append((start, end, voice))
        if k % 50 != 9:
            speech.append((start, end))
    loud = [chance.randrange(20000) for _ in range(1000)]
    audio = {"low": [-one for one in loud] * int(total / 50), "high": loud * int(total / 50)}
    stages = [
        kept(store, "demux", {}, seconds=40.0),
        kept(store, "waveform", {"waveform": ("waveform", audio, {"per_second": 20})}),
        kept(store, "pyannote_vad", {"speech": ("regions", _columns(("start", "end"), speech), None)}),
        kept(store, "diarization", {"turns": ("turns", _columns(("start", "end", "speaker"), turns), None)}),
        kept(
            store,
            "attribution",
            {
                "segments": (
                    "segments",
                    {
                        **_columns(("id", "start", "end", "text", "speaker"), segments),
                        "language": ["en"] * cues,
                    },
                    None,
                ),
                "words": ("words", _words(words), None),
            },
        ),
        kept(
            store,
            "naming",
            {
                "speakers": (
                    "speakers",
                    {
                        "speaker": list(VOICES),
                        "name": ["Ada", None, "Grace", None],
                        "confidence": [0.9, 0.0, 0.8, 0.0],
                        "source": ["dialogue", "none", "voice", "none"],
                        "evidence": [["Ada, come here."], [], ["a voice like it"], []],
                    },
                    None,
                )
            },
        ),
        kept(
            store,
            "subtitles",
            {
                "cues": (
                    "cues",
                    _columns(("index", "start", "end", "text", "speakers", "segments", "flags"), shown),
                    {"language": "en"},
                )
            },
            facts={"cues": cues, "coverage": 0.97, "unsupported": 0.02},
        ),
    ]
    return content(film, stages, seconds=total)


def _columns(names, rows):
    return {name: [one[k] for one in rows] for k, name in enumerate(names)}


def _words(rows):
    found = _columns(("segment", "text", "space", "start", "end", "probability", "speaker"), rows)
    return {**found, "method": ["attention"] * len(rows), "overlap": [False] * len(rows)}
