"""Walks a folder and everything below it, and sorts what is there into films and what is left out.

Symbolic links are followed, because libraries are put together with them; a folder is entered once, whatever
leads to it, so circles end. Folders that are links are entered last, so that a film has its own path rather
than one through a link. A folder that cannot be read costs only itself.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.film_files import kinds
from orchestrator.folders import extras, ignore_files, natural, system_folders
from orchestrator.folders import found as rules
from orchestrator.folders.found import FileId, Film, Rule, Skipped
from orchestrator.folders.ignore_files import IgnoreFile
from orchestrator.folders.system_folders import DISC_FOLDERS
from orchestrator.util.film_names import MEDIA

DISC_WHY = "make a film file of it, with MakeMKV for example"
_DOT = "its name begins with a dot"


@dataclass(frozen=True, kw_only=True)
class _Folder:
    """A folder to read: the ignore files above it, and the rule that leaves out every film in it."""

    path: Path
    ignored: tuple[IgnoreFile, ...] = ()
    extra: Rule | None = None
    linked: bool = False


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One name in a folder."""

    path: Path
    status: os.stat_result
    link: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.status.st_mode)


def films(folder: Path) -> Iterator[Film | Skipped]:
    """The films below a folder, and what is left out, in no particular order."""
    entered: set[FileId] = set()
    waiting: deque[_Folder] = deque([_Folder(path=folder)])
    linked: deque[_Folder] = deque()
    while waiting or linked:
        one = (waiting or linked).popleft()
        try:
            status = one.path.stat()
            if (known := FileId(status.st_dev, status.st_ino)) in entered:
                why = "the folder that it leads to is searched already"
                yield Skipped(path=one.path, rule=rules.LINK, why=why)
                continue
            entered.add(known)
            entries, broken = _entries(one.path)
        except OSError as error:
            yield Skipped(path=one.path, rule=rules.UNREADABLE, why=error.strerror or str(error))
            continue
        yield from broken
        for found in _sorted(one, entries):
            if isinstance(found, _Folder):
                is_link = found.linked and not one.linked
                (linked if is_link else waiting).append(found)
            else:
                yield found


def in_folder(folder: Path) -> Iterator[Film | Skipped]:
    """The films in a folder alone, and those that are left out by their names. Raises `OSError`."""
    entries, broken = _entries(folder)
    yield from broken
    extra = extras.of_folder(folder.name, folder.parent.name, (), ())
    for found in _sorted(_Folder(path=folder, extra=extra), entries):
        if not isinstance(found, _Folder):
            yield found


def _entries(folder: Path) -> tuple[list[_Entry], list[Skipped]]:
    """The names in a folder, links followed; and the links that lead nowhere."""
    entries, broken = [], []
    with os.scandir(folder) as there:
        for one in there:
            path = folder / one.name
            try:
                entries.append(_Entry(path=path, status=one.stat(), link=one.is_symlink()))
            except OSError as error:
                if kinds.by_name(one.name) == "film" and not one.name.startswith("."):
                    why = "a link to nothing" if one.is_symlink() else error.strerror or str(error)
                    rule = rules.LINK if one.is_symlink() else rules.UNREADABLE
                    broken.append(Skipped(path=path, rule=rule, why=why))
    return sorted(entries, key=lambda one: natural.of_name(one.name)), broken


def _sorted(folder: _Folder, entries: Sequence[_Entry]) -> Iterator[Film | Skipped | _Folder]:
    names = [one.name for one in entries]
    if any(name.casefold() == "video_ts.ifo" for name in names):
        yield Skipped(path=folder.path, rule=rules.DISC, why=DISC_WHY)
        return
    ignored = (*folder.ignored, *ignore_files.read(folder.path, names))
    if everything := next((one.path for one in ignored if one.everything), None):
        yield Skipped(
            path=folder.path, rule=rules.IGNORED, why=f"{everything} is empty: all of its folder is left out"
        )
        return
    folders = [one.name for one in entries if one.is_folder]
    beside = [one.path.stem for one in entries if not one.is_folder and kinds.by_name(one.name) == "film"]
    for one in entries:
        if one.is_folder:
            yield _folder(folder, one, ignored, beside, folders)
        elif judged := _file(folder, one, ignored, names):
            yield judged


def _folder(
    above: _Folder,
    one: _Entry,
    ignored: tuple[IgnoreFile, ...],
    films: Sequence[str],
    siblings: Sequence[str],
) -> Skipped | _Folder:
    if one.name.startswith("."):
        return Skipped(path=one.path, rule=rules.HIDDEN, why=_DOT)
    if one.name.casefold() in DISC_FOLDERS:
        return Skipped(path=one.path, rule=rules.DISC, why=DISC_WHY)
    if system_folders.is_of_system(one.name):
        return Skipped(path=one.path, rule=rules.SYSTEM, why="a folder of the system or of a media server")
    if system_folders.is_being_unpacked(one.name):
        return Skipped(path=one.path, rule=rules.UNFINISHED, why="a download that is not unpacked")
    if by := ignore_files.by(one.path, folder=True, files=ignored):
        return Skipped(path=one.path, rule=rules.IGNORED, why=f"by {by}")
    others = [name for name in siblings if name != one.name]
    extra = above.extra or extras.of_folder(one.name, above.path.name, films, others)
    return _Folder(path=one.path, ignored=ignored, extra=extra, linked=above.linked or one.link)


def _file(
    folder: _Folder, one: _Entry, ignored: Sequence[IgnoreFile], names: Sequence[str]
) -> Film | Skipped | None:
    """The film, or why it is left out; None for a file that is no film."""
    kind = kinds.by_name(one.name)
    if kind == "other" or not stat.S_ISREG(one.status.st_mode):
        return None

    def skipped(rule: Rule, why: str) -> Skipped:
        return Skipped(path=one.path, rule=rule, why=why)

    if one.name.startswith("."):
        return skipped(rules.HIDDEN, _DOT) if kind == "film" else None
    if kind == "unknown" and one.status.st_size:
        try:
            kind = kinds.by_content(one.path, one.name)
        except OSError as error:
            return skipped(rules.UNREADABLE, error.strerror or str(error))
    if kind in {"other", "unknown"}:
        return None
    if kind == "unfinished":
        return skipped(rules.UNFINISHED, "a download that is not complete, by the ending of its name")
    if by := ignore_files.by(one.path, folder=False, files=ignored):
        return skipped(rules.IGNORED, f"by {by}")
    if kind == "disc":
        return skipped(rules.DISC, DISC_WHY)
    if kind == "recording":
        return skipped(rules.RECORDING, "no picture, by its name; name the file to take it")
    if f"{one.name}.aria2" in names:
        return skipped(rules.UNFINISHED, f"a download that is not complete: there is {one.name}.aria2")
    if not one.status.st_size:
        return skipped(rules.EMPTY, "there is no byte in it")
    stem, _, suffix = one.name.rpartition(".")
    if rule := extras.of_file(stem if suffix.lower() in MEDIA else one.name, one.status.st_size):
        return skipped(rule, "by its name")
    if folder.extra:
        return skipped(folder.extra, f"in the folder {folder.path.name}")
    if not os.access(one.path, os.R_OK):
        return skipped(rules.UNREADABLE, "permission denied")
    return film_at(one.path, one.status, linked=folder.linked or one.link)


def film_at(path: Path, status: os.stat_result, *, named: bool = False, linked: bool = False) -> Film:
    """The film at a path with this status."""
    return Film(
        path=path,
        size=status.st_size,
        modified=status.st_mtime,
        file=FileId(status.st_dev, status.st_ino),
        named=named,
        linked=linked,
    )
