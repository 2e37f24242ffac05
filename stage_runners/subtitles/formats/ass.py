"""Advanced SubStation Alpha, by pysubs2: one style and colour per speaker, named in the actor field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.formatting import coded
from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.speakers import by_speaker
from stage_runners.text.direction import embedded

if TYPE_CHECKING:
    import pysubs2

Colour = tuple[int, int, int]
COLOURS: tuple[Colour, ...] = (
    (255, 255, 255),
    (255, 210, 0),
    (120, 165, 225),
    (0, 240, 135),
    (210, 135, 30),
    (180, 120, 255),
    (150, 150, 135),
    (180, 195, 225),
)
"""White, then the colours that are most distinct for every kind of colour vision, with a contrast of at least
7:1 to the black outline.

They were found by search: with any of the three kinds of colour blindness, no two are nearer than 19 in
CIELAB, the first four no nearer than 31 (the broadcasters' white, yellow, cyan, green: 8). Simulation: G. M.
Machado, M. M. Oliveira, L. A. F. Fernandes, IEEE TVCG 15 (2009). A test recomputes it."""
DEFAULT = "Default"
_SEPARATORS = re.compile(r"[,{}\\\s]+")
"""Characters in a name that would end a field or start a code."""


def write(document: Document) -> str:
    """The file. Speakers get colours in the order of the document's names; only SDH has labels."""
    return written(document, lambda cue: coded(cue.lines, escaped))


def written(
    document: Document,
    texts: Callable[[Cue], Sequence[str]],
    secondary: Callable[[Colour], Colour] | None = None,
) -> str:
    """The file with `texts`, the event text of each line of a cue, without labels and dashes.

    `secondary` makes a style's second colour, which text has before its turn in karaoke. Renderers lay every
    line out from the left, so one from right to left is in an embedding.
    """
    import pysubs2

    film = document.right_to_left
    styles = styles_of(document.names.values())
    subs = empty_file([DEFAULT, *styles.values()], secondary)
    for cue in document.cues:
        shown = {id(line): text for line, text in zip(cue.lines, texts(cue), strict=True)}
        groups = by_speaker(cue.lines, labels=document.sdh)
        names = [document.names.get(group[0].speaker or "", "") for group in groups]
        used = [styles.get(name, DEFAULT) for name in names]
        parts = [
            (rf"{{\r{style}}}" if k else "")
            + r"\N".join(_shown(line, shown[id(line)], labels=document.sdh, film=film) for line in group)
            for k, (group, style) in enumerate(zip(groups, used, strict=True))
        ]
        subs.append(
            pysubs2.SSAEvent(
                start=cue.start,
                end=cue.end,
                text=r"\N".join(parts),
                style=used[0] if used else DEFAULT,
                name="; ".join(dict.fromkeys(_SEPARATORS.sub(" ", name) for name in names if name)),
            )
        )
    return subs.to_string("ass", header_notice="")


def empty_file(styles: Sequence[str], secondary: Callable[[Colour], Colour] | None = None) -> pysubs2.SSAFile:
    """A file with these styles, the first white and each further one in the next colour, and no events."""
    import pysubs2

    subs = pysubs2.SSAFile()
    subs.info.update(
        {"PlayResX": "1920", "PlayResY": "1080", "WrapStyle": "2", "ScaledBorderAndShadow": "yes"}
    )
    subs.styles.clear()
    for k, name in enumerate(styles):
        colour = COLOURS[max(0, k - 1) % len(COLOURS)]
        style = pysubs2.SSAStyle(
            fontname="Arial",
            fontsize=60,
            primarycolor=pysubs2.Color(*colour),
            outlinecolor=pysubs2.Color(0, 0, 0),
            backcolor=pysubs2.Color(0, 0, 0, 128),
            outline=3,
            shadow=1,
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=120,
            marginr=120,
            marginv=60,
        )
        if secondary is not None:
            style.secondarycolor = pysubs2.Color(*secondary(colour))
        subs.styles[name] = style
    return subs


def _shown(line: Line, text: str, *, labels: bool, film: bool) -> str:
    """The line as displayed, with `text` in the place of its own, embedded if it runs from right to left."""
    plain = escaped(line.text)
    whole = embedded(escaped(line.shown(labels=labels)), plain, film=film)
    if not plain:
        return whole
    before, _, after = whole.rpartition(plain)
    return before + text + after


def styles_of(names: Iterable[str]) -> dict[str, str]:
    """The style of each name: a unique form of the name without separators."""
    styles: dict[str, str] = {}
    for name in names:
        if name not in styles:
            style = _SEPARATORS.sub(" ", name).strip() or "Speaker"
            while style.casefold() in {DEFAULT.casefold(), *(other.casefold() for other in styles.values())}:
                style += "_"
            styles[name] = style
    return styles


def escaped(text: str) -> str:
    """The text, escaped so that a renderer finds no codes in it."""
    return text.replace("\\", "\\\u2060").replace("{", r"\{").replace("}", r"\}")


FORMAT = Format(
    name="ass",
    extension="ass",
    content="cues",
    media_type="text/x-ssa",
    description="Advanced SubStation Alpha: cues with a style and a colour for each speaker",
    write=write,
    by_default=True,
    rank=30,
)
