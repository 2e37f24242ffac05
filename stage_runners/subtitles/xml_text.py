"""Text inside XML."""

from __future__ import annotations

import html
import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow, escaped or not."""


def escaped(text: str) -> str:
    """The text for an element or an attribute, without characters that XML cannot hold."""
    return html.escape(_NOT_XML.sub("", text))
