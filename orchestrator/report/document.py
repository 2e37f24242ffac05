"""Builds the page as one text: markup, styles, scripts and data in a file that loads nothing.

The scripts are plain ES modules. A page on a disk cannot import modules, so each becomes a function that
returns the module's exports. No bundler is needed, because the modules import by name and in one order.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ipc import json_text

FOLDER = Path(__file__).parent
MODULES = (
    "state", "elements", "words", "text_height", "cue_rules", "speaker_labels",
    "shown_lines", "track_figures", "parts", "media", "virtual",
    "beside", "filters", "cues", "inspector", "canvas", "lanes", "drawing", "timeline", "stages",
    "figures", "proposals", "findings", "keys", "main",
)  # fmt: skip
"""In an order in which each follows those that it imports from."""
EDITING = (
    "cutting", "measured", "history", "people", "edits", "drafts", "status", "stored_drafts", "saving",
    "toolbar", "time_field", "voice_field", "editor", "editor_keys", "drag", "apply_proposals",
)  # fmt: skip
"""Further modules, before the last one, of a page in which cues can be edited."""
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const|let|class) (\w+)", re.MULTILINE)


def render(data: Mapping[str, Any], *, key: str = "", connect: bool = False) -> str:
    """The page that shows `data`.

    `key` identifies the data. With `connect`, the page may connect to its own server, and to no other.
    """
    style = "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("look.css", "page.css"))
    if data["editing"]:
        style += (FOLDER / "edit.css").read_text(encoding="utf-8")
    program = script(editing=bool(data["editing"]))
    parts = {
        "policy": policy(style, program, connect=connect),
        "title": html.escape(title(data)),
        "key": html.escape(key),
        "style": style,
        "data": embedded(data),
        "script": program,
    }
    page = (FOLDER / "page.html").read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: parts[place[1]], page)


def title(data: Mapping[str, Any]) -> str:
    """The title of the browser's tab; it shows if the run failed, was interrupted or is degraded."""
    how = data.get("verdict", {}).get("how", "done")
    return f"{data['film']['name']}: report" + ("" if how == "done" else f" ({how})")


def script(*, editing: bool = False) -> str:
    """All modules in one script."""
    names = [*MODULES[:-1], *(EDITING if editing else ()), MODULES[-1]]
    return "\n".join(
        wrapped(name, (FOLDER / "js" / f"{name}.js").read_text(encoding="utf-8")) for name in names
    )


def wrapped(name: str, module: str) -> str:
    """The module `name` as a constant `$name` that holds its exports."""
    exported = [found[2] for found in _EXPORT.finditer(module)]
    body = _IMPORT.sub(lambda found: f"const {{{found[1].replace(' as ', ': ')}}} = ${found[2]};\n", module)
    body = _EXPORT.sub(r"\1 \2", body)
    return f"const ${name} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();"


def embedded(data: Mapping[str, Any]) -> str:
    """`data` as JSON for a `<script>`, without any `<` that could end it."""
    return json_text.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def policy(style: str, program: str, *, connect: bool = False) -> str:
    """The page's content security policy: only these scripts and styles, and the film beside it."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(program)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "media-src 'self' file: blob:",
            f"connect-src {SELF if connect else NONE}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


SELF, NONE = "'self'", "'none'"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def sources() -> Iterator[Path]:
    """Every file that the page is made from, except its data."""
    yield from (FOLDER / name for name in ("page.html", "look.css", "page.css", "edit.css"))
    yield from (FOLDER / "js" / f"{name}.js" for name in (*MODULES, *EDITING))
