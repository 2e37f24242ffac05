"""A language model behind an OpenAI-compatible interface: Ollama, llama.cpp, a vendor. Only text leaves the
machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.declaration import Input, Param, Resources, Stage, on_cpu
from stage_runners.translation import thresholds
from stage_runners.translation.declared import (
    FROM_TEXT,
    KEPT,
    KEYS,
    SERVER,
    STALL_S,
    TAG,
    TARGET,
    TRANSLATED,
    Translator,
)
from stage_runners.translation.thresholds import QUESTIONS, SCENES

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = Stage(
    name="translation",
    version=4,
    backends=on_cpu("translation.endpoint_translator", "nlp"),
    inputs=(
        *FROM_TEXT,
        Input(name="cast", source="tmdb.cast", optional=True),
        Input(name="existing", source="existing_subtitles.lines", optional=True),
    ),
    outputs=TRANSLATED,
    params=(
        TARGET,
        TAG,
        *KEPT,
        *SERVER,
        Param(name="context", default="lines", help="what a question shows besides its lines"),
        Param(
            name="context_lines", default=8, help="earlier lines that the model gets with those it translates"
        ),
        Param(name="glossary", file=True, help="the user's terms, as CSV"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=STALL_S,
    secrets=KEYS,
    thresholds=(*thresholds.FROM_TEXT, QUESTIONS, SCENES),
)
"""With the context `scene` it also reads `shots`, with `film` the `terms` of a briefing: see
`orchestrator.stages.translations`.
"""

TRANSLATOR = Translator(name="endpoint", stage=STAGE, takes_endpoint=True)


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing that takes time: the address comes with each run."""


def run(loaded: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Write `segments` and `words` in the target language."""
    from ipc.artifacts import read
    from stage_runners.translation import asking, by_text, existing, glossary_file
    from stage_runners.translation.endpoint import Endpoint, View
    from stage_runners.translation.terms import merged, read_terms

    params = context.params
    tag = str(params["tag"] or params["target"])
    summary, known = read_terms(inputs["terms"]) if "terms" in inputs else ("", ())
    own = glossary_file.read(Path(params["glossary"]), tag) if params["glossary"] else ()
    spoken = Counter(row["language"] for row in read(inputs["segments"], "segments").rows())
    rows = read(inputs["existing"], "subtitle_lines").rows() if "existing" in inputs else ()
    shown = existing.chosen(rows, tag, spoken.most_common(1)[0][0] if spoken else "")
    if shown.source:
        context.fact("existing_subtitles", shown.source)
    view = View(
        context=str(params["context"]),
        context_lines=int(params["context_lines"]),
        title=str(read(inputs["cast"], "cast").content["title"]) if "cast" in inputs else "",
        summary=summary,
        terms=merged(own, known),
        shots=[row["time"] for row in read(inputs["shots"], "shots").rows()] if "shots" in inputs else (),
        tag=tag,
        existing=shown,
    )
    with asking.server(context) as server:
        by_text.run(Endpoint(server, view, context), inputs, context, view.terms)
