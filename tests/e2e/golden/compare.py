"""Compare two folders that `record.py` made, and print what differs, file by file and value by value.

    python tests/e2e/golden/compare.py BEFORE AFTER [--sentences]

Texts are compared line by line, JSON value by value; values at one place in lists (`turns[*][1]`) are
reported together. Messages for the user may change without a change of results: they count only with
`--sentences`.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

SENTENCES = re.compile(
    r"^[^:]+\.json: doubts\[\*\]\.reasons|^report\.json: (verdict\.reasons|said|missing|film\.language"
    r"|stages\[\*\]\.(reason|device_reason|notes|method|fallbacks|degraded)"
    r"|tracks\[\*\]\.(cues\[\*\]\.why|rules\[\*\]\.(name|limit))"
    r"|speakers\[\*\]\.(source|evidence)|doubts\[\*\]\.(reason|why)|names\[\*\]\.(why|reason|evidence)|outputs\[\*\]\.note)"
)
"""Places in a report and a transcript whose values are words of the program."""


def differences(before: Path, after: Path) -> Iterator[str]:
    """Yield a line for each difference between the files of one scenario."""
    names = sorted({path.name for folder in (before, after) for path in folder.iterdir()})
    for name in names:
        old, new = before / name, after / name
        if not old.exists() or not new.exists():
            yield f"{name}: only {'after' if new.exists() else 'before'}"
        elif old.read_bytes() == new.read_bytes():
            continue
        elif name.endswith(".json"):
            yield from _values(name, json.loads(old.read_text()), json.loads(new.read_text()))
        else:
            lines = difflib.unified_diff(
                old.read_text().splitlines(), new.read_text().splitlines(), lineterm="", n=0
            )
            yield from (f"{name}: {line}" for line in list(lines)[2:] if not line.startswith("@@"))


def _values(name: str, old: object, new: object) -> Iterator[str]:
    found: dict[str, list[tuple[object, object]]] = {}
    for place, pair in _unlike(old, new, ""):
        found.setdefault(place, []).append(pair)
    for place, pairs in found.items():
        first = f"{_short(pairs[0][0])} -> {_short(pairs[0][1])}"
        more = f" (and {len(pairs) - 1} more)" if len(pairs) > 1 else ""
        yield f"{name}: {place.lstrip('.')}: {first}{more}"


def _unlike(old: object, new: object, place: str) -> Iterator[tuple[str, tuple[object, object]]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _unlike(old.get(key), new.get(key), f"{place}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from _unlike(one, other, f"{place}[*]")
    elif old != new:
        yield place, (old, new)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:97]}..."


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--sentences", action="store_true", help="also what is only worded otherwise")
    arguments = parser.parse_args()
    total = equal = 0
    for folder in sorted(path for path in arguments.after.iterdir() if path.is_dir()):
        total += 1
        before = arguments.before / folder.name
        if not before.is_dir():
            print(f"{folder.name}: not recorded before")
            continue
        found = [
            line for line in differences(before, folder) if arguments.sentences or not SENTENCES.match(line)
        ]
        equal += not found
        for line in found:
            print(f"{folder.name}/{line}")
    print(f"{equal} of {total} scenarios are equal")
    return 0 if equal == total else 1


if __name__ == "__main__":
    sys.exit(main())
