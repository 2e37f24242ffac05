"""Loads pyannote pipelines that try to run code; prints what each is told.

usage: hostile_check.py FOLDER CANARY
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
import yaml

from ipc.errors import StageError
from stage_runners.diarization.pyannote_pipeline import read_pipeline
from tests.stage_runners import hostile
from tests.stage_runners.diarization.pipeline_check import save_network

NAME = "pyannote.audio.pipelines.SpeakerDiarization"


def told(folder: Path, config: dict | str, network: bytes = b"", *, trusted: bool = False) -> str:
    """Write a pipeline, load it, and return the error; "loaded" if there is none."""
    (folder / "segmentation").mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(config if isinstance(config, str) else yaml.safe_dump(config))
    (folder / "segmentation" / "pytorch_model.bin").write_bytes(network)
    try:
        read_pipeline(folder, "cpu", trusted=trusted)
    except StageError as error:
        return f"{error.category}: {error.message}; {error.hint}"
    return "loaded"


def architecture(folder: Path, module: str, name: str, **hyper: object) -> bytes:
    """A sound checkpoint that names another architecture and other hyper-parameters."""
    save_network(folder / "network.bin")
    checkpoint = torch.load(folder / "network.bin", weights_only=False)
    checkpoint["pyannote.audio"]["architecture"] = {"module": module, "class": name}
    checkpoint["hyper_parameters"] |= hyper
    torch.save(checkpoint, folder / "network.bin")
    return (folder / "network.bin").read_bytes()


def main(folder: Path, canary: Path) -> None:
    """Try them all."""
    parts = {"segmentation": "$model/segmentation", "clustering": "AgglomerativeClustering"}
    plain = {"pipeline": {"name": NAME, "params": parts}}
    touch = f"touch '{canary}'"
    beside = folder / "module"
    beside.mkdir(parents=True)
    (beside / "beside.py").write_text(f"open({str(canary)!r}, 'w').close()\nclass Evil: pass\n")
    os.chdir(beside)  # as a user would who runs the program in the folder of the film
    sys.path.insert(0, str(beside))
    found = {
        "function": told(folder / "1", {"pipeline": {"name": "os.system", "params": {"command": touch}}}),
        "module": told(folder / "2", {"pipeline": {"name": "beside.Evil"}}),
        "preprocessor": told(folder / "3", plain | {"preprocessors": {"audio": {"name": "beside.Evil"}}}),
        "yaml": told(folder / "4", f'pipeline: !!python/object/apply:os.system ["{touch}"]\n'),
        "architecture": told(folder / "5", plain, architecture(folder, "beside", "Evil")),
        "module of pyannote": told(
            folder / "6", plain, architecture(folder, "pyannote.audio.models.segmentation", "SSeRiouSS")
        ),
        "speechbrain": told(
            folder / "7",
            {"pipeline": {"name": NAME, "params": {"segmentation": "speechbrain/evil"}}},
        ),
        "instantiator": told(
            folder / "8",
            {"pipeline": {"name": NAME, "params": parts | {"embedding": "$model/segmentation"}}},
            architecture(
                folder, "pyannote.audio.models.embedding.wespeaker", "WeSpeakerResNet34",
                _instantiator="beside.Evil",
            ),
        ),
        "nobody": told(folder / "9", {"pipeline": {"name": None}}),
        "depth": told(folder / "11", "pipeline: " + "[" * 5000),
        **{
            name: told(folder / name, {"pipeline": {"name": NAME, "params": {"segmentation": part}}})
            for name, part in (("way out", "$model/../1/segmentation"), ("revision", "me/frames@../../evil"))
        },
    }  # fmt: skip
    for name, content in hostile.checkpoints(canary).items():
        found[f"checkpoint: {name}"] = told(folder / name.replace(" ", "-"), plain, content)
    place = folder / "plda"
    (place / "plda").mkdir(parents=True)
    for name in ("xvec_transform", "plda"):
        objects = np.array([hostile.Touch(canary)], dtype=object)
        np.savez(place / "plda" / name, mean1=objects, mu=objects)
    sound = architecture(folder, "pyannote.audio.models.embedding.wespeaker", "WeSpeakerResNet34")
    vbx = {"segmentation": "$model/segmentation", "embedding": "$model/segmentation", "plda": "$model/plda"}
    found["plda"] = told(place, {"pipeline": {"name": NAME, "params": vbx}}, sound)
    packed = folder / "packed"
    (packed / "plda").mkdir(parents=True)
    for name in ("xvec_transform", "plda"):
        np.savez_compressed(packed / "plda" / name, mean1=np.zeros(20 << 20))
    found["packed plda"] = told(packed, {"pipeline": {"name": NAME, "params": vbx}}, sound)
    run = canary.exists()
    trusted = told(folder / "10", plain, hostile.zipped({"state_dict": hostile.Touch(canary)}), trusted=True)
    print(json.dumps({"told": found, "run": run, "run if trusted": canary.exists(), "trusted": trusted}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
