"""The transcript to read, as a text document (Office Open XML, ECMA-376): for Word, LibreOffice, Google Docs.

The document is small and its form fixed, so it is written directly: python-docx would need lxml, and writes
the time of day into every file.
"""

from __future__ import annotations

import io

from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.paragraphs import Paragraph, clock, last_time, paragraphs_of
from stage_runners.subtitles.xml_text import escaped
from stage_runners.text.direction import of_line

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/></Types>'
)
_ROOT = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_PARTS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f'{_XML}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Arial"/><w:sz w:val="22"/><w:szCs w:val="22"/>'
    '<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="{language}"/></w:rPr></w:rPrDefault>'
    '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    '<w:qFormat/><w:pPr><w:spacing w:after="160" w:line="259" w:lineRule="auto"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Speaker"><w:name w:val="Speaker"/><w:basedOn w:val="Normal"/>'
    '<w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:spacing w:before="160" w:after="40"/></w:pPr>'
    '<w:rPr><w:b/><w:bCs/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Time"><w:name w:val="Time"/><w:rPr><w:b w:val="0"/>'
    '<w:bCs w:val="0"/><w:color w:val="767676"/></w:rPr></w:style></w:styles>'
)  # fmt: skip
_MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every part, the first that a ZIP file can hold: equal transcripts are equal files."""


def write(document: Document) -> bytes:
    """The file: for each paragraph one with name and time, in the style `Speaker`, and one with the text."""
    import zipfile

    paragraphs = paragraphs_of(document)
    longest = last_time(paragraphs)
    film = document.right_to_left
    body = "".join(_of(one, clock(one.start, longest), film=film) for one in paragraphs)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        "word/_rels/document.xml.rels": _PARTS,
        "word/styles.xml": _STYLES.format(language=escaped(document.tag)),
        "word/document.xml": f"{_XML}<w:document {_W}><w:body>{body}<w:sectPr/></w:body></w:document>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, text in parts.items():
            about = zipfile.ZipInfo(name, _MADE)
            about.create_system, about.external_attr = 3, 0o644 << 16
            package.writestr(about, text.encode(), zipfile.ZIP_DEFLATED, 6)
    return file.getvalue()


def _of(one: Paragraph, time: str, *, film: bool) -> str:
    right = of_line(one.text, film=film)
    aside, run = ("<w:bidi/>", "<w:rPr><w:rtl/></w:rPr>") if right else ("", "")
    name = f'{_run(one.name, run)}<w:r><w:t xml:space="preserve">  </w:t></w:r>' if one.name else ""
    when = _run(time, '<w:rPr><w:rStyle w:val="Time"/></w:rPr>')
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Speaker"/>{aside}</w:pPr>{name}{when}</w:p>'
        f"<w:p>{f'<w:pPr>{aside}</w:pPr>' if aside else ''}{_run(one.text, run)}</w:p>"
    )


def _run(text: str, properties: str) -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{escaped(text)}</w:t></w:r>'


FORMAT = Format(
    name="docx",
    extension="docx",
    content="transcript",
    media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    description="the transcript to read, for Word and LibreOffice: the paragraphs of the Markdown file",
    write=write,
)
