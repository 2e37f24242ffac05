"""IndicTrans2: networks that translate text between Indian languages and English.

The network is Python code in its own repository, which Transformers runs as it loads it
(`trust_remote_code`). That is done for the repositories of its authors, which are named here, and with
`--trust-model-code` for a folder that the user names; never for another repository.
"""

from __future__ import annotations

from pathlib import Path

from orchestrator.errors import USAGE, FatalError
from orchestrator.models import folders
from orchestrator.models.family import ModelFamily
from orchestrator.models.nllb_opus import CHECKPOINTS, FILES, memory_mb

_LAYOUT = "indictrans2"
_NAMES = (
    "indictrans2-indic-en-dist-200M", "indictrans2-indic-en-1B", "indictrans2-en-indic-dist-200M",
    "indictrans2-en-indic-1B", "indictrans2-indic-indic-dist-320M", "indictrans2-indic-indic-1B",
)  # fmt: skip
_CODE = ("*.py", "dict.SRC.json", "dict.TGT.json", "model.SRC", "model.TGT")


def _repositories(name: str, _device: str) -> tuple[str, ...]:
    return (f"ai4bharat/{name}" if name in _NAMES else name,)


def _refusal(name: str) -> FatalError | None:
    (repository,) = _repositories(name, "")
    if repository in {f"ai4bharat/{ours}" for ours in _NAMES}:
        return None
    return FatalError(
        f"{name} is not a repository of IndicTrans2's authors, and its code would run on this machine",
        f"use one of {', '.join(_NAMES)}; or download it, read its code, and give its folder with "
        "--trust-model-code",
        USAGE,
    )


def _layout_of(folder: Path) -> str | None:
    # A conversion for CTranslate2 beside the same files is another family's.
    if (folder / "model.bin").is_file() or not any(folders.is_whole(folder / name) for name in CHECKPOINTS):
        return None
    return _LAYOUT if (folder / "dict.SRC.json").is_file() and (folder / "model.SRC").is_file() else None


FAMILY = ModelFamily(
    name="indictrans2",
    claims_name=lambda name: "indictrans" in Path(name).name.lower(),
    short_names=_NAMES,
    refusal=_refusal,
    weights={_LAYOUT: CHECKPOINTS},
    layout_of=_layout_of,
    runs_code=True,
    requires="IndicTrans2 model with its dictionaries (dict.SRC.json, model.SRC)",
    repositories=_repositories,
    environment="indictrans",
    allow=(*FILES, *_CODE),
    translates_to=lambda _name: None,
    memory_mb=memory_mb,
)
