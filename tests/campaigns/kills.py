"""Kills a run at random instants, in ways that a machine or a person might, then finishes it.

After each blow no process may be left, and after a round of blows the finished run has the files of the
undisturbed one, byte by byte.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.campaigns import work

GRACE_S = {signal.SIGTERM: 6.0, signal.SIGINT: 6.0, signal.SIGHUP: 6.0}
"""Seconds that a run may take to end after a signal that asks it to; after SIGKILL two."""


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        return []


def _stages(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The leaders of the stages' process groups; without their watchers, which have no stage of their own."""
    found = []
    for child in _children(process):
        try:
            if os.getsid(child.pid) == child.pid:
                found.append(child)
        except ProcessLookupError:
            continue
    return found


def _send(number: int) -> Callable[[subprocess.Popen[bytes], random.Random], None]:
    return lambda process, chance: process.send_signal(number)


def _stop_then_kill(process: subprocess.Popen[bytes], chance: random.Random) -> None:
    process.send_signal(signal.SIGSTOP)
    time.sleep(chance.uniform(0, 0.5))
    process.kill()


def _stop_a_stage_then_kill(process: subprocess.Popen[bytes], chance: random.Random) -> None:
    for stage in _stages(process):
        # In its first tenth of a second a stage has no watchers yet: see the decision on the lifeline.
        with contextlib.suppress(ProcessLookupError, psutil.Error):
            if len(stage.children()) >= 2:
                os.killpg(stage.pid, signal.SIGSTOP)
    time.sleep(chance.uniform(0, 0.5))
    process.kill()


def _kill_a_stage_then_kill(process: subprocess.Popen[bytes], chance: random.Random) -> None:
    if stages := _stages(process):
        chance.choice(stages).kill()
    time.sleep(chance.uniform(0, 0.5))
    process.kill()


def _kill_a_watcher_then_kill(process: subprocess.Popen[bytes], chance: random.Random) -> None:
    leaders = {stage.pid for stage in _stages(process)}
    watchers = [child for child in _children(process) if child.pid not in leaders]
    if watchers:
        with contextlib.suppress(psutil.Error):
            chance.choice(watchers).kill()
    time.sleep(chance.uniform(0, 0.5))
    process.kill()


def _pause(process: subprocess.Popen[bytes], chance: random.Random) -> None:
    """Stop and continue, as Ctrl-Z and `fg` do; the run goes on and is then killed."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(chance.uniform(0.2, 2.0))
    process.send_signal(signal.SIGCONT)
    time.sleep(chance.uniform(0.2, 1.0))
    process.kill()


BLOWS = {
    "KILL": _send(signal.SIGKILL),
    "TERM": _send(signal.SIGTERM),
    "INT": _send(signal.SIGINT),
    "HUP": _send(signal.SIGHUP),
    "STOP, then KILL": _stop_then_kill,
    "STOP to every stage, then KILL": _stop_a_stage_then_kill,
    "KILL to a stage, then KILL": _kill_a_stage_then_kill,
    "KILL to a watcher, then KILL": _kill_a_watcher_then_kill,
    "STOP, CONT, then KILL": _pause,
}


def main() -> int:
    """Run the campaign."""
    for asked in GRACE_S:  # `nohup` and a shell's background would have the program ignore some of them
        signal.signal(asked, signal.default_int_handler if asked == signal.SIGINT else signal.SIG_DFL)
    campaign, arguments = work.campaign(
        "kills", __doc__.splitlines()[0], 100,
        lambda parser: parser.add_argument(
            "--each", type=int, default=10, metavar="N", help="blows until a run is finished"
        ),
    )  # fmt: skip
    base = work.base(arguments.folder)
    right = work.digests(base.out)
    folder = campaign.folder
    tool = _fresh(base, folder)
    for number, chance in campaign.trials():
        _blow(campaign, number, tool, base, folder, chance)
        if number % arguments.each == arguments.each - 1 or number == campaign.count - 1:
            _finish(campaign, number, tool, base, folder, right)
            tool = _fresh(base, folder)
    return campaign.close()


def _fresh(base: work.Base, folder: Path) -> work.Tool:
    shutil.rmtree(folder)
    (folder / "home").mkdir(parents=True)
    (folder / "home" / "models").symlink_to(base.home / "models")
    return work.Tool(folder / "home")


def _blow(
    campaign: work.Campaign,
    number: int,
    tool: work.Tool,
    base: work.Base,
    folder: Path,
    chance: random.Random,
) -> None:
    name = chance.choice(list(BLOWS))
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        tool.command(*base.words(folder / "out")), env=tool.environment, stdin=subprocess.DEVNULL,
        stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    after = chance.uniform(0.3, 20.0)
    what = f"{name} after {after:.2f} s"
    try:
        process.wait(after)
        campaign.figures["the run had ended before"] += 1
    except subprocess.TimeoutExpired:
        BLOWS[name](process, chance)
        campaign.figures[name] += 1
    number_sent = getattr(signal, f"SIG{name}", signal.SIGKILL)
    try:
        status = process.wait(GRACE_S.get(number_sent, 2.0))
    except subprocess.TimeoutExpired:
        campaign.fault(number, f"{what}: the run did not end")
        process.kill()
        status = process.wait()
    if number_sent in GRACE_S and status not in {0, 130, -number_sent}:
        campaign.fault(number, f"{what}: status {status}", (folder / "log").read_text(errors="replace"))
    if left := tool.left():
        campaign.fault(number, f"{what}: processes left", "\n".join(left))
        for one in psutil.process_iter():
            try:
                if one.environ().get("ORCHESTRATOR_HOME") == str(tool.home):
                    one.kill()
            except psutil.Error:
                continue
    if "Traceback" in (folder / "log").read_text(errors="replace"):
        campaign.fault(number, f"{what}: a traceback", (folder / "log").read_text(errors="replace"))
    print(f"{number}: {what}: {status}", flush=True)


def _finish(
    campaign: work.Campaign,
    number: int,
    tool: work.Tool,
    base: work.Base,
    folder: Path,
    right: dict[str, str],
) -> None:
    done = tool.ended(*base.words(folder / "out"))
    for fault in done.faults({0}):
        campaign.fault(number, f"the run that finished: {fault}", done.text)
    if work.digests(folder / "out") != right:
        campaign.fault(number, f"other files: {sorted(path.name for path in (folder / 'out').iterdir())}")
    else:
        campaign.figures["finished runs with the same files"] += 1
    left = [path for path in (tool.home / "store" / "attempts").iterdir() if path.suffix != ".lock"]
    freed = tool.ended("cache", "gc")
    if freed.status != 0 or any((tool.home / "store" / "attempts").iterdir()):
        campaign.fault(number, f"cache gc left something of {len(left)} attempts", freed.text)


if __name__ == "__main__":
    sys.exit(main())
