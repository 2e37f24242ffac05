"""What the declarations of all translators have in common."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param
from stage_runners.names.stage import SPOKEN

TRANSLATED = (Output(name="segments", kind="segments"), Output(name="words", kind="words"))
FROM_TEXT = (
    *SPOKEN,
    Input(name="speakers", source="naming.speakers", optional=True),
    Input(name="glossary", source="pre_ner.glossary", optional=True),
)
"""What a translation from text is made of."""
TARGET = Param(name="target", default="", help="the target language's code")
