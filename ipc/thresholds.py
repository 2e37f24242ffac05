"""Thresholds: numbers that a method uses, that change its results, and that no parameter sets.

A group of them is a class with annotated fields and a docstring for each. It is not a dataclass: there are
many groups, every command reads them, and each dataclass takes half a millisecond to create.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any


class Thresholds:
    """A group of thresholds. Its values cannot be changed; other values can be given when it is made."""

    def __init__(self, **values: Any) -> None:
        names = set(self._fields())
        if unknown := values.keys() - names:
            raise TypeError(f"{type(self).__name__} has no field {min(unknown)!r}")
        vars(self).update(values)
        if missing := [name for name in names if not hasattr(self, name)]:
            raise TypeError(f"{type(self).__name__} needs a value for {min(missing)!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def values(self) -> dict[str, Any]:
        """The values by name; those of a group inside this one as a dict of their own."""
        found = ((name, getattr(self, name)) for name in self._fields())
        return {name: one.values() if isinstance(one, Thresholds) else one for name, one in found}

    @classmethod
    def _fields(cls) -> Iterator[str]:
        for base in reversed(cls.__mro__):
            yield from inspect.get_annotations(base)
