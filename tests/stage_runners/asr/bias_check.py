"""Decode a recording and bias it by several casts.

usage: bias_check.py MODEL SAMPLES CASTS.json; prints JSON.

SAMPLES is a .npy of int16 at 16 kHz, CASTS.json a list of names by cast.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from stage_runners.asr import name_bias
from stage_runners.asr.name_bias_words import Name
from stage_runners.recognition import windows
from stage_runners.recognition.recognizer import Settings, Sound
from stage_runners.whisper import engine

RATE = 16000


def rows(terms):
    return [
        {"term": term, "kind": "given", "weight": 1 - k / 100, "variants": []} for k, term in enumerate(terms)
    ]


def main(folder, samples, casts):
    whisper = engine.load({"_model": {"path": folder}, "_threads": 2}, "cpu")
    sound = Sound(np.load(samples), RATE)
    settings = Settings(language="en")
    chunks = windows.pack([(0.0, sound.seconds)], sound.samples, RATE, 30.0)
    first = list(whisper.transcribe(whisper.encode(sound, chunks), settings))
    found = {}
    for cast, terms in json.loads(Path(casts).read_text()).items():
        made, told = name_bias.rescored(whisper, sound, first, rows(terms), lambda _: settings)
        times = [[(w.start, w.end) for w in d.words] for d in made] == [
            [(w.start, w.end) for w in d.words] for d in first
        ]
        found[cast] = {"text": " ".join(d.text for d in made), "told": told, "same_times": times}
    many = [Name(text=f"Aleksandrovna{k}", weight=1.0, forms=frozenset()) for k in range(300)]
    kept = name_bias.fitting(whisper.prompt, settings, many)
    size = len(whisper._options(settings).tokenizer.encode(" " + ", ".join(name.text for name in kept)))
    print(
        json.dumps(
            {"plain": " ".join(d.text for d in first), "casts": found, "kept": len(kept), "size": size}
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
