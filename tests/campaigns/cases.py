"""Runs the shared folder's cases and prints which are right.

Each case's input is made by its make.sh; the line under "Run" of its expected.md is run, and what that file
says is right is checked by program.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.campaigns import case_checks, case_texts, work  # noqa: F401 - they register their checks
from tests.campaigns.case import CHECKS, Case, fresh


def main() -> int:
    """Run the cases; the exit status is 1 if one is not right."""

    def more(parser) -> None:
        shared = os.environ.get("ORCHESTRATOR_SHARED", "../shared")
        parser.add_argument("--shared", type=Path, default=Path(shared), help="the folder that has cases/")
        parser.add_argument("--speech", type=Path, required=True, help="24 s or more of clear English speech")
        parser.add_argument(
            "--chinese", type=Path, help="45 s or more of Mandarin; espeak-ng speaks otherwise"
        )
        parser.add_argument("--only", default="", metavar="NAMES", help="these cases alone, such as A01,C02")
        parser.add_argument("--ffmpeg", type=Path, required=True, metavar="FOLDER",
                            help="the folder of the ffmpeg that makes the inputs")  # fmt: skip
        its_own = "the folder of the ffmpeg that the program finds on PATH (default: its own)"
        parser.add_argument("--run-ffmpeg", type=Path, metavar="FOLDER", help=its_own)

    campaign, arguments = work.campaign("cases", __doc__.splitlines()[0], len(CHECKS), more)
    names = [name for name in arguments.only.split(",") if name] or sorted(CHECKS)
    tool = CaseTool(campaign.folder / "home", arguments.run_ffmpeg)
    chinese = (
        arguments.chinese.absolute() if arguments.chinese else _spoken_chinese(campaign.folder / "zh.wav")
    )
    rows = []
    for number, name in enumerate(names):
        source = next(arguments.shared.absolute().glob(f"cases/*/{name}"))
        folder = fresh(campaign.folder / name)
        folder.rmdir()
        case = Case(name, source, folder, tool, arguments.speech.absolute(), chinese, str(arguments.ffmpeg))
        began = time.monotonic()
        try:
            case.make()
            CHECKS[name](case)
        except Exception as error:  # a check that cannot go on is a case that is not right
            case.wrong(f"{type(error).__name__}: {error}")
        spent = time.monotonic() - began
        print(
            f"{name}: {'right' if not case.faults else 'WRONG'} ({spent:.0f} s) {'; '.join(case.notes)}",
            flush=True,
        )
        for fault in case.faults:
            campaign.fault(number, f"{name}: {fault}", case.ended.text if case.ended else "")
        campaign.figures["right" if not case.faults else "wrong"] += 1
        rows.append((name, case))
    campaign.count = len(names)
    print("\n| case | | |\n|---|---|---|")
    for name, case in rows:
        print(
            f"| {name} | {'right' if not case.faults else 'wrong'} | {'; '.join(case.faults or case.notes)} |"
        )
    return campaign.close()


class CaseTool(work.Tool):
    """The program with the fast model, unless a command names another."""

    def __init__(self, home: Path, ffmpeg: Path | None) -> None:
        super().__init__(home)
        if ffmpeg:
            self.environment["PATH"] = f"{ffmpeg}:{self.environment['PATH']}"

    def command(self, *words: object) -> list[str]:
        """The command; `run` gets the fast model and one thread, so that results are the same."""
        if words[0] == "run" and "--model" not in words:
            words = (*words, "--model", "tiny.en", "--threads", 1)
        return super().command(*words)


def _spoken_chinese(path: Path) -> Path | None:
    sentence = (
        "我们可以查看数据集的识别结果。并且比较每个文本。请选择两个模型。然后上传文本。语音状态已经更改。"
    )
    words = ["espeak-ng", "-v", "cmn", "-s", "140", "-w", str(path), sentence * 5]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return path


if __name__ == "__main__":
    sys.exit(main())
