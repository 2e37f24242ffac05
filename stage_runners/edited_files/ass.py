"""Advanced SubStation Alpha as editors save it, by pysubs2: names, styles and override codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ipc import override_codes
from stage_runners.edited_files.read_cue import Builder, ReadCue, ReadFile, UnreadableError

if TYPE_CHECKING:
    import pysubs2

_TOKEN = re.compile(r"\\([{}])|\{([^{}]*)\}|\\(N|n)|\\h")
_DRAWING = re.compile(r"\\p[1-9]")
_OURS = re.compile("(?<=\\\\)\u2060")
_STYLE = (
    "fontname", "fontsize", "bold", "italic", "underline", "strikeout", "alignment", "scalex", "scaley",
    "spacing", "angle", "outline", "shadow", "borderstyle", "marginl", "marginr", "marginv",
)  # fmt: skip
_COLOURS = ("primarycolor", "secondarycolor", "outlinecolor", "backcolor")


def read(text: str) -> ReadFile:
    """The dialogue of the file in its order; `UnreadableError` if it cannot be read or has none."""
    import pysubs2

    try:
        subs = pysubs2.SSAFile.from_string(text, format_="ass")
        cues = [_cue(event, subs.styles) for event in subs.events if not event.is_comment]
    except Exception as error:  # whatever a damaged file makes of the parser
        raise UnreadableError(f"not a valid ASS file: {error}") from error
    comments = sum(event.is_comment and bool(event.text.strip()) for event in subs.events)
    spoken = [cue for cue in cues if "drawing" not in cue.unkept]
    if not spoken:
        raise UnreadableError("no line of dialogue")
    unkept = ["comment line"] * comments + ["drawing"] * (len(cues) - len(spoken))
    return ReadFile(
        cues=spoken, styles={name: _style(style) for name, style in subs.styles.items()}, unkept=unkept
    )


def _cue(event: pysubs2.SSAEvent, styles: dict[str, Any]) -> ReadCue:
    builder = Builder()
    unkept = ["effect"] if event.effect.strip() else []
    if event.marginl or event.marginr or event.marginv:
        unkept.append("margin")
    if event.layer:
        unkept.append("layer")
    done = 0
    for token in _TOKEN.finditer(event.text):
        builder.add(_OURS.sub("", event.text[done : token.start()]))
        done = token.end()
        if token[1]:
            builder.add(token[1])
        elif token[2] is None:
            builder.add("\n" if token[3] else " ")
        else:
            if _DRAWING.search(token[2]):
                unkept.append("drawing")
            block, rest = override_codes.split(token[2])
            if rest:
                unkept.append("comment in braces")
            for code in block:
                # Our own files begin the text of a cue's next speaker with that speaker's style.
                if not (code.startswith("\\r") and code[2:] in styles and builder.at_line_start):
                    builder.code(code)
    builder.add(_OURS.sub("", event.text[done:]))
    text, codes = builder.done()
    return ReadCue(
        start=event.start / 1000,
        end=event.end / 1000,
        text=text,
        codes=codes,
        names=tuple(filter(None, (" ".join(name.split()) for name in event.name.split(";")))),
        style=event.style,
        unkept=tuple(dict.fromkeys(unkept)),
    )


def _style(style: pysubs2.SSAStyle) -> dict[str, Any]:
    """The style as plain JSON; colours as ASS writes them in codes."""
    found: dict[str, Any] = {name: getattr(style, name) for name in _STYLE}
    found["alignment"] = int(found["alignment"])
    for name in _COLOURS:
        colour = getattr(style, name)
        found[name] = f"&H{colour.b:02X}{colour.g:02X}{colour.r:02X}&"
        found[f"{name}_alpha"] = f"&H{colour.a:02X}&"
    return found
