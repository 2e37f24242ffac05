"""Turns films into subtitles with speaker labels; each stage runs in its own environment.

`from orchestrator import subtitle` is for programs (docs/python.md; `__init__.pyi` has the types).
"""

__version__ = "0.1.0"
_INTERFACE = frozenset(
    {
        "Chapter",
        "Cue",
        "Doubt",
        "Event",
        "OutputFile",
        "Result",
        "Speaker",
        "SubtitleError",
        "Word",
        "subtitle",
    }
)


def __getattr__(name: str) -> object:
    """The names of `orchestrator.api`, which is imported when one is used: the command line needs none."""
    if name not in _INTERFACE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module("orchestrator.api"), name)


def __dir__() -> list[str]:
    """The names in this module, for completion."""
    return sorted({*globals(), *_INTERFACE})
