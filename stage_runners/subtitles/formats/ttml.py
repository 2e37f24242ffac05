"""TTML for broadcasters and streaming services: the text profile of IMSC 1.1 (W3C Recommendation, 2018).

It has one region at the bottom of the picture with centred lines; players choose font and size. Speakers are
given twice: by labels, as in SubRip, and for programs by `ttm:agent`.
"""

from __future__ import annotations

from stage_runners.subtitles.clock_time import clock_time
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.speakers import by_speaker
from stage_runners.subtitles.xml_text import escaped

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling"
    ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text" xml:lang="{language}">
<head>
<metadata>
{agents}</metadata>
<layout>
<region xml:id="bottom" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after" \
tts:textAlign="center"
    tts:showBackground="whenActive"/>
</layout>
</head>
<body region="bottom" tts:direction="{direction}">
<div>
"""
_FOOT = "</div>\n</body>\n</tt>\n"


def write(document: Document) -> str:
    """The file."""
    agents = {label: f"speaker{k}" for k, label in enumerate(document.names, 1)}
    head = _HEAD.format(
        language=escaped(document.tag),
        agents="".join(
            f'<ttm:agent xml:id="{agent}" type="person"><ttm:name type="full">'
            f"{escaped(document.names[label])}</ttm:name></ttm:agent>\n"
            for label, agent in agents.items()
        ),
        direction="rtl" if document.right_to_left else "ltr",
    )
    cues = (
        f'<p xml:id="cue{k}" begin="{clock_time(cue.start)}" end="{clock_time(cue.end)}">'
        f"{_spans(cue, agents)}</p>\n"
        for k, cue in enumerate(document.cues, 1)
    )
    return head + "".join(cues) + _FOOT


def _spans(cue: Cue, agents: dict[str, str]) -> str:
    """The lines of a cue, in one span per speaker."""
    spans = []
    for group in by_speaker(cue.lines, labels=True):
        text = "<br/>".join(escaped(line.shown()) for line in group)
        agent = agents.get(group[0].speaker or "")
        spans.append(f'<span ttm:agent="{agent}">{text}</span>' if agent else f"<span>{text}</span>")
    return "<br/>".join(spans)


FORMAT = Format(
    name="ttml",
    extension="ttml",
    content="cues",
    media_type="application/ttml+xml",
    description="TTML, the text profile of IMSC 1.1: the same cues and labels as in SubRip, "
    "for broadcasters and streaming services",
    write=write,
)
