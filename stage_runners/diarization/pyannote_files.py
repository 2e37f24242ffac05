"""Loads a pyannote pipeline from its files without running code that they name.

pyannote's own `Pipeline.from_pretrained` imports and calls whatever class `config.yaml` names, and unpickles
its checkpoints. Here `config.yaml` may name one pipeline, pyannote's `SpeakerDiarization`; a checkpoint is
read as weights only and may name one of the architectures in `_ARCHITECTURES`. All else is refused by name.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.frameworks import checkpoints

CONFIG = "config.yaml"
_PIPELINES = frozenset({
    "pyannote.audio.pipelines.SpeakerDiarization",
    "pyannote.audio.pipelines.speaker_diarization.SpeakerDiarization",
})  # fmt: skip
_MODELS = "pyannote.audio.models."
_ARCHITECTURES: Mapping[str, str] = {
    "PyanNet": f"{_MODELS}segmentation.PyanNet",
    "WeSpeakerResNet34": f"{_MODELS}embedding.wespeaker",
    "WeSpeakerResNet152": f"{_MODELS}embedding.wespeaker",
    "WeSpeakerResNet221": f"{_MODELS}embedding.wespeaker",
    "WeSpeakerResNet293": f"{_MODELS}embedding.wespeaker",
    "XVectorSincNet": f"{_MODELS}embedding.xvector",
    "XVectorMFCC": f"{_MODELS}embedding.xvector",
}
"""Networks that are built from numbers alone. SSeRiouSS, for example, loads another model from a path."""
_CALLBACKS = tuple(
    f"{package}.callbacks.{module}"
    for package in ("pytorch_lightning", "lightning.pytorch")
    for module in ("model_checkpoint.ModelCheckpoint", "early_stopping.EarlyStopping")
)
"""Types that Lightning leaves in checkpoints of a training; nobody needs their values."""
_TOP = frozenset({"version", "dependencies", "pipeline", "params", "freeze", "device"})
_PART = frozenset({"checkpoint", "subfolder", "revision", "token", "cache_dir"})
_NETWORK = "pytorch_model.bin"
_PLDA = ("xvec_transform.npz", "plda.npz")
_COMMUNITY = "pyannote/speaker-diarization-community-1"
_VBX = "VBxClustering"
_OTHER_LOADERS = ("speechbrain", "nvidia", "wespeaker")
"""Words by which pyannote chooses another library to load an embedding; those load code or pickles."""


def load(folder: Path) -> Any:
    """Return the `SpeakerDiarization` of a folder; `StageError("config")` names what it may not load."""
    from pyannote.audio.core.plda import PLDA
    from pyannote.audio.pipelines.speaker_diarization import SpeakerDiarization

    config = read_config(folder)
    params = dict(config["pipeline"].get("params") or {})
    clustering = params.get("clustering", _VBX)
    for name in ("segmentation", "embedding"):
        part = params.get(name, {"checkpoint": _COMMUNITY, "subfolder": name})
        params[name] = _network(_file(part, folder, _NETWORK))
    plda = params.get("plda", {"checkpoint": _COMMUNITY, "subfolder": "plda"})
    # A pipeline that does not use a PLDA must not need one; pyannote would fetch it.
    params["plda"] = (
        PLDA(*map(checkpoints.bounded, (_file(plda, folder, name) for name in _PLDA)))
        if clustering == _VBX
        else object.__new__(PLDA)
    )
    pipeline = SpeakerDiarization(**params)
    if frozen := config.get("freeze"):
        pipeline.freeze(frozen)
    if hyper := config.get("params"):
        pipeline.instantiate(hyper)
    return pipeline


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return the content of `config.yaml`; `StageError("config")` if it names what is not allowed."""
    import yaml

    file = folder / CONFIG
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.constructor.ConstructorError as error:
        tag = re.search(r"tag '([^']+)'", str(error.problem))
        raise _refused(file, f"would run {tag.group(1) if tag else error.problem}") from error
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise StageError("config", f"{file}: cannot be read: {str(error).splitlines()[0]}") from error
    if not isinstance(config, dict) or not isinstance(config.get("pipeline"), dict):
        raise StageError("config", f"{file}: not a pyannote pipeline: it has no `pipeline:`")
    name = str(config["pipeline"].get("name"))
    if name not in _PIPELINES:
        raise _refused(file, f"would run {name}, which is not pyannote's SpeakerDiarization")
    if preprocessors := config.get("preprocessors"):
        values = preprocessors.values() if isinstance(preprocessors, dict) else [preprocessors]
        named = [str(one.get("name")) if isinstance(one, dict) else str(one) for one in values]
        raise _refused(file, f"would run the preprocessors {', '.join(named)}")
    if unknown := [str(key) for key in config if key not in _TOP]:
        raise StageError("config", f"{file}: unknown keys: {', '.join(unknown)}", "remove them")
    return config


def _file(part: object, folder: Path, name: str) -> Path:
    """The file `name` of a part: of a folder inside the pipeline, a path, or a repository on this disk."""
    from pyannote.audio.utils.hf_hub import download_from_hf_hub

    revision = subfolder = None
    if isinstance(part, dict) and not set(part) - _PART:
        revision, subfolder = part.get("revision"), part.get("subfolder")
        part = part.get("checkpoint")
    if not isinstance(part, str):
        raise StageError("config", f"{folder / CONFIG}: not a model: {part!r}", "write a path or a Hub id")
    if ".." in Path(f"{part}/{subfolder or ''}").parts:
        raise StageError(
            "config", f"{folder / CONFIG}: {part}: leads out of its folder", "write a whole path"
        )
    if part.startswith("$model/"):
        place = folder / part.removeprefix("$model/").partition("@")[0]
    elif Path(part).is_absolute():  # a relative path would be one in the current folder, a stranger's perhaps
        place = Path(part)
    else:
        repository, _, tagged = part.partition("@")
        if "pyannote" not in repository and any(word in repository for word in _OTHER_LOADERS):
            why = f"would run the code of another library, which pyannote uses for {repository}"
            raise _refused(folder / CONFIG, why)
        found = download_from_hf_hub(
            repository, name, subfolder=subfolder, revision=revision or tagged or None
        )
        return Path(str(found))
    if subfolder:
        place /= subfolder
    return place / name if place.is_dir() else place


def _network(file: Path) -> Any:
    """The network of a checkpoint, ready for inference, as pyannote's `Model.from_pretrained` makes it."""
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from torch.torch_version import TorchVersion

    try:
        checkpoint = checkpoints.read(
            file,
            types=(TorchVersion, Specifications, Problem, Resolution),
            stand_ins=_CALLBACKS,
            can_trust=True,
        )
        own = checkpoint["pyannote.audio"]
        module, name = str(own["architecture"]["module"]), str(own["architecture"]["class"])
        hyper, weights = dict(checkpoint.get("hyper_parameters") or {}), checkpoint["state_dict"]
    except checkpoints.NoWeightsError as error:
        raise StageError("config", f"{file}: not a pyannote checkpoint: {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise StageError("config", f"{file}: not a pyannote checkpoint: it lacks {error}") from error
    if name not in _ARCHITECTURES or not module.startswith(_MODELS):
        raise checkpoints.unsafe(
            file, f"would run {module}.{name}, which is not one of pyannote's networks", can_trust=True
        )
    kind = getattr(import_module(_ARCHITECTURES[name]), name)
    known = set(inspect.signature(kind).parameters) - {"task"}
    network = kind(**{key: value for key, value in hyper.items() if key in known})
    network.specifications = own["specifications"]
    network.setup()  # adds the layers that depend on the specifications
    missing = set(network.load_state_dict(weights, strict=False).missing_keys)
    if lacking := sorted(missing & {key for key, _ in network.named_parameters()}):
        raise StageError("config", f"{file}: it lacks the weights {lacking[0]}", "download the model again")
    network.eval()
    return network


def _refused(file: Path, why: str) -> StageError:
    return StageError(
        "config",
        f"{file}: refused, because loading it {why}",
        f"use a pipeline of pyannote's SpeakerDiarization, such as {_COMMUNITY}; or, only if you trust its "
        "author as much as a program's, add --trust-model-code",
    )
