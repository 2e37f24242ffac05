"""Damages a file or folder of the program's home, then plans and runs again.

A cache heals: status 0, the same files, and a second run says nothing about it any more. What is the user's
(edits, voices, undone corrections) is not changed, whatever the run says of it.
"""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from ipc.edits import Edit, Overlay, Shown
from orchestrator.library import corrections, edits, voice_files
from orchestrator.storage import file_digests
from tests.campaigns import work
from tests.campaigns.faults_of_files import DAMAGES

USERS = re.compile(r"(edits|voices|names)(/.*)?")
NOT_DATA = re.compile(r"(.*/)?lock|voices/films(/.*)?|models(/.*)?")
"""Of the user's folders, what the program can make anew."""
MAY_BE_ELSEWHERE = {"store", "store/results", "runs", "models"}
"""Folders that a user may have put on another disk: a link that leads nowhere is reported and kept."""


@dataclass(frozen=True)
class Site:
    """A place in the home. `kind` stands for all places of its kind."""

    path: str
    kind: str

    @property
    def users(self) -> bool:
        """Whether it holds what only the user can make."""
        return bool(USERS.fullmatch(self.path)) and not NOT_DATA.fullmatch(self.path)


def sites(home: Path) -> list[Site]:
    """Every file and folder of the home that one run or another reads."""
    found = []
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if name.startswith(("models/", "runs/")) and name.count("/") > (3 if name.startswith("runs/") else 0):
            continue
        kind = re.sub(
            r"[0-9a-f]{8,}|\d{8}-\d{6}", "#", re.sub(r"^store/results/..(?=/|$)", "store/results/##", name)
        )
        kind = re.sub(r"(store/last/#/|written/|memo/\w+/|logs/).+", r"\1#", kind)
        found.append(Site(name, kind))
    return found


def _teach(base: work.Base) -> None:
    """Give the home what a user would have taught it, for another film: edits, a voice, a correction."""
    import os

    os.environ["ORCHESTRATOR_HOME"] = str(base.home)
    digest = file_digests.file_digest(base.film)
    cue = Shown(start=1000.0, end=1001.0, text="x")  # beyond the film: it changes no result
    for text in ("One.", "Two."):
        after = Shown(start=1000.0, end=1001.0, text=text)
        edits.save(digest, Overlay(film="film.mkv", tracks={"": (Edit(before=(cue,), after=(after,)),)}))
    clip = voice_files.Clip(
        vector=(1.0,), model="m", revision="r", seconds=9.0, source="s", added="2026-01-01"
    )
    with voice_files.changing():
        voice_files.write(voice_files.Person(name="Somebody", clips=(clip,)))
    corrections.undo(digest, ["Dianne>Diane"])
    done = work.Tool(base.home).ended(*base.words(base.out))
    if done.status != 0:
        sys.exit(done.text)


def main() -> int:
    """Run the campaign."""
    campaign, arguments = work.campaign(
        "store_faults", __doc__.splitlines()[0], 60,
        lambda parser: parser.add_argument("--only", type=int, help="this trial alone"),
    )  # fmt: skip
    base = work.base(arguments.folder / "taught")  # its own: it gets edits, which change the files
    if not (base.home / "edits").exists():
        _teach(base)
    right = work.digests(base.out)
    by_kind: dict[str, list[Site]] = {}
    for site in sites(base.home):
        by_kind.setdefault(site.kind, []).append(site)
    kinds = sorted(by_kind)
    pairs = [(kind, damage) for kind in kinds for damage in DAMAGES]
    campaign.chance.shuffle(pairs)
    print(f"{len(kinds)} kinds of places, {len(DAMAGES)} damages, {len(pairs)} pairs")
    for number, chance in campaign.trials():
        kind, damage = pairs[number % len(pairs)]
        if arguments.only is not None and number != arguments.only:
            continue
        _try(campaign, number, base, right, chance.choice(by_kind[kind]), damage)
    return campaign.close()


def _try(
    campaign: work.Campaign, number: int, base: work.Base, right: dict[str, str], site: Site, damage: str
) -> None:
    folder = campaign.folder / str(number)
    tool = base.copy(folder)
    place = tool.home / site.path
    DAMAGES[damage](place)
    before = _state(place)
    what = f"{site.path}: {damage}"
    plan = tool.ended("plan", base.film, *work.OPTIONS, "-o", folder / "out", patience=90)
    first = tool.ended(*base.words(folder / "out"))
    second = tool.ended(*base.words(folder / "out"))
    others = [
        tool.ended(*words)
        for words in (("runs", "ls"), ("cache", "ls"), ("voices", "list"), ("runs", "logs"))
    ]
    for ended, words in zip(
        (plan, first, second, *others), ("plan", "run", "second run", *"1234"), strict=True
    ):
        for fault in ended.faults():
            campaign.fault(number, f"{what}: {words}: {fault}", ended.text)
    if site.users:
        campaign.figures["of the user's: kept as they were"] += _state(place) == before
        if _state(place) != before:
            campaign.fault(number, f"{what}: what is the user's was changed", first.text)
        if first.status not in {0, 2, 4, 7}:
            campaign.fault(number, f"{what}: status {first.status}", first.text)
    else:
        if site.path in MAY_BE_ELSEWHERE and "link" in damage:
            campaign.figures["links to a disk that is not connected: refused"] += first.status == 7
        elif (plan.status, first.status, second.status) != (0, 0, 0):
            campaign.fault(
                number, f"{what}: status {plan.status}, {first.status}, {second.status}", first.text
            )
        elif work.digests(folder / "out") != right:
            campaign.fault(number, f"{what}: other files", first.text)
        else:
            campaign.figures["of the program's: healed, the same files"] += 1
        if f"{place}: " in second.text and site.path not in MAY_BE_ELSEWHERE:
            campaign.fault(number, f"{what}: still said by the second run", second.text)
    if left := tool.left():
        campaign.fault(number, f"{what}: processes left", "\n".join(left))
    print(f"{number}: {what}: {plan.status} {first.status} {second.status}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)


def _state(place: Path) -> object:
    try:
        found = place.lstat()
    except OSError as error:
        return type(error)
    return found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns


if __name__ == "__main__":
    sys.exit(main())
