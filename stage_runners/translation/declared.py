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
TAG = Param(name="tag", default="", help="the target language with its region, such as pt-BR")
SERVER = (
    Param(name="endpoint", default="", help="address of a server that speaks OpenAI's chat completions"),
    Param(name="translation_model", help="the model's name at that server"),
    Param(name="timeout_s", default=300.0, affects="speed", help="seconds that an answer may take"),
    Param(name="cache", default="", affects="speed", help="folder for answers until the film is done"),
)
"""The parameters of every stage that asks a server."""
NONE, LINES, SCENE, FILM = CONTEXTS = ("none", "lines", "scene", "film")
"""What a question to an endpoint shows besides its lines: nothing, the lines before, those of the same scene,
and what is known of the film.
"""
KEYS = ("TRANSLATION_API_KEY", "OPENAI_API_KEY")
STALL_S = 1800
"""Seconds for four answers that do not come, and the waits that a busy server asks for."""
KEPT = (
    Param(name="memory", default="", affects="speed", help="file of what was translated before"),
    Param(name="recall", default=False, affects="speed", help="take from it what has not changed"),
)
"""For a film whose transcript was edited: only what changed is translated again."""


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
