"""The stage `briefing`: what a translator has to know of a film, by the model that will translate it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stage_runners.translation.stage import BRIEFING

if TYPE_CHECKING:
    from ipc.context import Context


STAGE = BRIEFING


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing that takes time: the address comes with each run."""


def run(loaded: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Write `terms`: the model's summary, terms and forms of address."""
    from ipc.artifacts import read
    from ipc.rows import read_rows
    from stage_runners.translation import asking, briefing, scenes
    from stage_runners.translation.film import read_film
    from stage_runners.translation.terms import ADDRESS
    from stage_runners.translation.translator import Line

    film = read_film(inputs, context)
    named = read_rows(inputs["speakers"], "speakers") if "speakers" in inputs else []
    names = {row["speaker"]: row["name"] for row in named if row["name"]}
    lines = [
        Line(s.text, s.language, k, names.get(s.speaker or "", s.speaker or ""), start=s.start, end=s.end)
        for k, s in enumerate(film.sentences)
        if any(map(str.isalnum, s.text))
    ]
    if film.in_target_language:
        lines = []
    shots = [row["time"] for row in read(inputs["shots"], "shots").rows()] if "shots" in inputs else []
    title = str(read(inputs["cast"], "cast").content["title"]) if "cast" in inputs else ""
    about = briefing.Briefing(lines, str(context.params["tag"] or film.target), title)
    parts = briefing.pieces(lines, scenes.numbers(lines, shots))
    failed = 0
    with asking.server(context) as server:
        context.method = server.method
        for done, part in enumerate(parts):
            context.check()
            failed += not about.take(server.json(about.messages(part)))
            context.progress(done + 1, len(parts), "parts")
    found = list(about.terms.values())
    context.fact("terms", sum(term.kind != ADDRESS for term in found))
    context.fact("addresses", sum(term.kind == ADDRESS for term in found))
    context.fact("summary", about.summary)
    context.fact("dropped", dict(about.dropped))
    if failed:
        context.degraded(
            f"{failed} of {len(parts)} parts of the film have no usable answer: the summary and the terms "
            "lack them"
        )
    columns = {
        name: [getattr(term, name) for term in found]
        for name in ("source", "target", "note", "kind", "origin")
    }
    context.save("terms", columns, content={"summary": about.summary})
