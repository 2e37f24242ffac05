"""Text inside XML."""

from __future__ import annotations

import html
import re

_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 does not allow, escaped or not.

Listed, because what it allows takes ten times as long to compile, at every start of the program.
"""


def escaped(text: str) -> str:
    """The text for an element or an attribute, without characters that XML cannot hold."""
    return html.escape(_NOT_XML.sub("", text))
