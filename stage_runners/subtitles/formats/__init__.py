"""The registry of file formats: each module of this folder declares one as `FORMAT`.

Outputs of the stage `subtitles`, the words of `--output-format`, the names of files and the table in
`docs/reference.md` follow from `FORMATS`.
"""

from __future__ import annotations

import importlib
import pkgutil

from stage_runners.subtitles.output_format import Format


def _declared() -> tuple[Format, ...]:
    modules = (
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    )
    declared: list[Format] = [module.FORMAT for module in modules]
    return tuple(sorted(declared, key=lambda one: (one.rank, one.name)))


FORMATS: tuple[Format, ...] = _declared()
"""Every format, by rank and name."""
