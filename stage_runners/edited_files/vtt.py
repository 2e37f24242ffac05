"""WebVTT as editors save it: cues with voices, the tags that an edit can keep, and the place by settings."""

from __future__ import annotations

from stage_runners.edited_files.read_cue import Builder, ReadCue, ReadFile, UnreadableError, timed, times_of
from stage_runners.subtitle_files import cue_lines, entries, markup
from stage_runners.subtitle_files.entry import Entry

_EXAMPLE = "00:00:01.500 --> 00:00:03.000"
_TAGS = {"", "v", "c", "i", "b", "u", "lang", "ruby", "rt"}
"""Tags of WebVTT; a time has no name. Others are text."""
_NOT_CUES = {"STYLE": "style sheet", "REGION": "region"}
_MIDDLE, _LOW = 34.0, 67.0
"""Per cent of the picture's height at which its middle and its lowest third begin."""


def read(text: str) -> ReadFile:
    """The cues of a WebVTT file; `UnreadableError` if it is none, or has none."""
    if not text.startswith("WEBVTT"):
        raise UnreadableError("it does not start with WEBVTT")
    events = timed(entries.read(text, "vtt"), _EXAMPLE)
    for event in events:
        if not event.start.exact or not event.end.exact:  # players leave such a cue out
            raise UnreadableError(f"line {event.line} has no times such as {_EXAMPLE}: {event.written[:60]}")
    unkept = [_NOT_CUES[word] for word in cue_lines.unread_blocks(text)]
    return ReadFile(cues=[cue_of(event) for event in events], unkept=unkept)


def cue_of(event: Entry) -> ReadCue:
    """A cue of WebVTT."""
    start, end = times_of(event)
    builder = Builder()
    unkept: list[str] = []
    names: list[str] = []
    if (place := _place(event.settings, unkept)) != "2":
        builder.code(f"\\an{place}")
    for token in markup.tokens(event.text, "vtt"):
        if isinstance(token, str):
            builder.add(markup.unescaped(token))
        elif isinstance(token, markup.Override):
            builder.add(f"{{{token.block}}}")
        elif token.name not in _TAGS:
            builder.add(token.written)
        elif token.name == "v":
            name = " ".join(markup.unescaped(token.rest).split())
            if not token.closing and name:
                names.append(name)
        elif token.name in {"i", "b", "u"}:
            builder.code(f"\\{token.name}{0 if token.closing else 1}")
        elif not token.closing:
            unkept.append(f"tag <{token.name}>" if token.name else "time inside a cue")
    text, codes = builder.done()
    return ReadCue(
        start=start,
        end=end,
        text=text,
        codes=codes,
        names=tuple(names),
        unkept=tuple(dict.fromkeys(unkept)),
    )


def _place(settings: str, unkept: list[str]) -> str:
    r"""The digit of `\an` for the settings of a cue; those that it cannot say go to `unkept`."""
    row, column = 0, 1
    for setting in settings.split():
        name, _, value = setting.partition(":")
        value = value.partition(",")[0]
        if name == "line":
            row = _row(value)
        elif name == "align" and value in {"start", "left"}:
            column = 0
        elif name == "align" and value in {"end", "right"}:
            column = 2
        elif name not in {"align", "position", "size"} or (name != "align" and value not in {"50%", "100%"}):
            unkept.append(f"setting {name}")
    return str(1 + 3 * row + column)


def _row(value: str) -> int:
    """0 below, 1 in the middle, 2 above."""
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        return 0
    if not value.endswith("%"):
        return 2 if number >= 0 else 0  # lines count from above, and from below if negative
    return 2 if number < _MIDDLE else 1 if number < _LOW else 0
