"""Notes on the tracks of the new film."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note


def notes(film: FilmFacts) -> Iterator[Note]:
    """Which tracks were replaced or written anew, and which subtitles players show by default."""
    mux = film.of("mux")
    if replaced := mux.get("replaced"):
        yield Note(f"the new film has our subtitles in place of {', '.join(replaced)}")
    default = mux.get("default_elsewhere")
    if default == "none":
        yield Note("players show no subtitles by default")
    elif default:
        yield Note(f"players still show {default} by default; --default-subtitles shows ours")
    if written := mux.get("written_without_loss"):
        yield Note(
            f"the new film has {'; '.join(written)}, without loss: its container has no other place for it"
        )
    if before := mux.get("no_longer_default"):
        yield Note(f"players show our subtitles by default, no longer {', '.join(before)}")
