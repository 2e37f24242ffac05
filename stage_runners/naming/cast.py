"""The names that speakers may have: the people of the glossary, by every form of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Names:
    """The possible names: by folded form, the name to show; a form that several people share is left out."""

    forms: dict[str, str] = field(default_factory=dict)
    listed: bool = False

    @classmethod
    def of(cls, glossary: Sequence[Mapping[str, Any]]) -> Names:
        """The people of a glossary: each by the given name, or by the full name if two share the given
        one.
        """
        people: dict[str, list[Mapping[str, Any]]] = {}
        for row in glossary:
            if row["kind"] in {"given", "family", "full"}:
                people.setdefault(row["full"] or row["term"], []).append(row)
        people = _merged(people)
        owners: dict[str, set[str]] = {}
        for person, rows in people.items():
            for row in rows:
                # A glossary has a term once, even if it is part of several people's names.
                own = {person, *(other for other in people if inside(row["term"], other))}
                for form in (row["term"], *row["variants"]):
                    owners.setdefault(form.casefold(), set()).update(own)
            owners.setdefault(person.casefold(), set()).add(person)
        shown: dict[str, str] = {}
        for person, rows in people.items():
            given = [row["term"] for row in rows if row["kind"] == "given"]
            shown[person] = next((term for term in given if len(owners[term.casefold()]) == 1), person)
        forms = {form: shown[next(iter(who))] for form, who in owners.items() if len(who) == 1}
        return cls(forms, listed=bool(people))

    def shown(self, form: str) -> str | None:
        """The name to show for a written form; None if there is none."""
        return self.forms.get(" ".join(form.split()).casefold())


def inside(part: str, whole: str) -> bool:
    """Whether all words of `part` are in `whole`."""
    return set(part.casefold().split()) <= set(whole.casefold().split())


def _merged(people: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, list[Mapping[str, Any]]]:
    """The people, with a single name merged into the one full name that holds it: Sheila is Sheila Brown."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for person, rows in people.items():
        whole = [other for other in people if other != person and inside(person, other)]
        found.setdefault(whole[0] if len(whole) == 1 and " " not in person else person, []).extend(rows)
    return found
