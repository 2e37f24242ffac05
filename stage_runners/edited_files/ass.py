"""Advanced SubStation Alpha as editors save it, by pysubs2: names, styles and override codes."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import TYPE_CHECKING, Any

from ipc import override_codes
from stage_runners.edited_files.read_cue import Builder, ReadCue, ReadFile, UnreadableError, timed, times_of
from stage_runners.subtitle_files import entries, markup
from stage_runners.subtitle_files.entry import Entry

if TYPE_CHECKING:
    import pysubs2

_OURS = re.compile("(?<=\\\\)\u2060")
_EVENT = re.compile(r"^[ \t]*(?:Dialogue|Comment):.*$", re.MULTILINE)
"""What pysubs2 does not get: it refuses a file for one damaged event, and knows one order of columns."""
_STYLE = (
    "fontname", "fontsize", "bold", "italic", "underline", "strikeout", "alignment", "scalex", "scaley",
    "spacing", "angle", "outline", "shadow", "borderstyle", "marginl", "marginr", "marginv",
)  # fmt: skip
_COLOURS = ("primarycolor", "secondarycolor", "outlinecolor", "backcolor")


def read(text: str) -> ReadFile:
    """The dialogue of the file in its order; `UnreadableError` if it cannot be read or has none."""
    subtitles = entries.read(text, "ass")
    styles = _styles(text)
    if not any(entry.shown for entry in subtitles.entries):
        raise UnreadableError("no line of dialogue")
    cues = [cue_of(event, styles) for event in timed(subtitles, "0:00:01.50,0:00:03.00")]
    comments = sum(entry.sort == "comment" and bool(entry.text.strip()) for entry in subtitles.entries)
    spoken = [cue for cue in cues if "drawing" not in cue.unkept]
    if not spoken:
        raise UnreadableError("no line of dialogue")
    unkept = ["comment line"] * comments + ["drawing"] * (len(cues) - len(spoken))
    return ReadFile(
        cues=spoken, styles={name: _style(style) for name, style in styles.items()}, unkept=unkept
    )


def _styles(text: str) -> dict[str, pysubs2.SSAStyle]:
    import pysubs2

    try:
        return dict(pysubs2.SSAFile.from_string(_EVENT.sub("", text), format_="ass").styles)
    except Exception as error:  # whatever a damaged file makes of the parser
        raise UnreadableError(f"not a valid ASS file: {error}") from error


def cue_of(event: Entry, styles: Container[str] = ()) -> ReadCue:
    """A cue of ASS; `styles` are the names of the file's."""
    start, end = times_of(event)
    builder = Builder()
    unkept = ["effect"] if event.fields.get("effect") else []
    if any(event.fields.get(margin, "").strip("0") for margin in ("marginl", "marginr", "marginv")):
        unkept.append("margin")
    if event.fields.get("layer", "").strip("0"):
        unkept.append("layer")
    for token in markup.tokens(event.text, "ass"):
        if isinstance(token, str):
            builder.add(_OURS.sub("", token))
        elif isinstance(token, markup.Override):
            if token.draws:
                unkept.append("drawing")
            block, rest = override_codes.split(token.block)
            if rest:
                unkept.append("comment in braces")
            for code in block:
                # Our own files begin the text of a cue's next speaker with that speaker's style.
                if not (code.startswith("\\r") and code[2:] in styles and builder.at_line_start):
                    builder.code(code)
    text, codes = builder.done()
    return ReadCue(
        start=start,
        end=end,
        text=text,
        codes=codes,
        names=tuple(filter(None, (" ".join(name.split()) for name in event.fields["name"].split(";")))),
        style=event.fields.get("style", ""),
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
