"""The voice stages run one after the other, and the recording that pyannote.audio ships to run them on."""

from __future__ import annotations

import wave

import numpy as np

from ipc.artifacts import read, write_audio
from orchestrator.models.resolve import resolve
from tests.stage_runners import processes
from tests.stage_runners.spec import ROOT, run_stage


def sample_path():
    """30 s of two people on the telephone."""
    [folder] = (ROOT / "envs" / "pyannote" / ".venv" / "lib").glob("*/site-packages/pyannote/audio/sample")
    return folder / "sample.wav"


def sample_pcm():
    """Its int16 PCM at 16 kHz."""
    with wave.open(str(sample_path())) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def sample_truth():
    """Who speaks when in it, as (start, end, speaker)."""
    lines = (line.split() for line in sample_path().with_suffix(".rttm").read_text().splitlines())
    return [(float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in lines]


def model(role, name):
    """What a stage is told of an embedded model."""
    return resolve(role, name, offline=True).to_json()


def check(module, *arguments, env="pyannote"):
    """Run a module of this folder in an environment; returns its last line."""
    done = processes.run(env, f"tests.stage_runners.{module}", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def heard(pcm, folder, env="pyannote", device="cpu", **params):
    """Run all three stages on int16 PCM; returns their artifacts by `stage.output`."""
    folder.mkdir(exist_ok=True)
    write_audio(folder / "audio.arrow", pcm)
    inputs = {"audio": folder / "audio.arrow"}
    models = {
        "silero_vad": {},
        "pyannote_vad": model("segmentation", "segmentation-3.0"),
        "diarization": model("diarization", "embedded"),
    }
    names = {"silero_vad": ["speech"], "pyannote_vad": ["speech", "overlap"]}
    found = {}
    for stage, its_model in models.items():
        done, out = run_stage(
            stage, inputs, folder, params if stage == "diarization" else {}, env, its_model, device
        )
        assert done.returncode == 0, done.stderr
        for name in names.get(stage, ()):
            found[f"{stage}.{name}"] = read(out / f"{name}.parquet", "regions")
        inputs = {
            "silero_vad": {**inputs, "silero_speech": out / "speech.parquet"},
            "pyannote_vad": {
                "audio": inputs["audio"], "speech": out / "speech.parquet", "scores": out / "scores.arrow",
            },
        }.get(stage, inputs)  # fmt: skip
        if stage == "diarization":
            found["turns"] = read(out / "turns.parquet", "turns")
            found["exclusive"] = read(out / "exclusive_turns.parquet", "turns")
            found["embeddings"] = read(out / "embeddings.arrow", "embeddings")
    return found
