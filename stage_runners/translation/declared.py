"""What a translator declares, and what all declarations have in common."""

from __future__ import annotations

from dataclasses import dataclass

from ipc.declaration import Input, Output, Param, Stage
from stage_runners.names.stage import SPOKEN

TRANSLATED = (Output(name="segments", kind="segments"), Output(name="words", kind="words"))
FROM_TEXT = (
    *SPOKEN,
    Input(name="speakers", source="naming.speakers", optional=True),
    Input(name="glossary", source="pre_ner.glossary", optional=True),
)
"""What a translation from text is made of."""
TARGET = Param(name="target", default="", help="the target language's code")


@dataclass(frozen=True, kw_only=True)
class Translator:
    """The declaration of a translator.

    `stage` is a stage `translation`. `families` are the families of models that it loads, of the role
    `stage.model_role`; none if it loads no model on this machine. `packaged` are the names of models whose
    weights, if any, are part of its packages: they form its first family, of the role `translation`.
    `takes_endpoint`: it sends the text to the server of `--translation-endpoint`. `uses_recognition_model`:
    without a requested model it translates with the model that recognised the speech, so that no other is
    loaded. `about` says how it translates, for the reason in a plan.
    """

    name: str
    stage: Stage
    families: tuple[str, ...] = ()
    packaged: tuple[str, ...] = ()
    takes_endpoint: bool = False
    uses_recognition_model: bool = False
    about: str = ""
