"""Refuses what a job file may not set without the user's consent, and records the consent.

What lies beside a film is data: a folder from the internet may hold a job file. Each option declares what a
stranger could do with it (`ipc.reach`); what could load code, reach the network, or read or write outside the
film's folder needs consent, by content. See docs/decisions/2026-11-29-consent.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc.reach import Reach
from orchestrator.config import device_requests
from orchestrator.config.job_files import JobFile
from orchestrator.config.options import BY_KEY, DEVICE_REACH, Option
from orchestrator.config.values import Layer, Value
from orchestrator.errors import USAGE, FilmError
from orchestrator.library import consents
from orchestrator.library.consents import Consent
from orchestrator.models import families
from orchestrator.stages.catalog import STAGES
from orchestrator.storage.file_digests import file_digest
from orchestrator.util.command_line import typed
from orchestrator.util.redact import masked
from orchestrator.util.text import plain

_MOST_FILES = 1000
"""Files in a folder that a consent covers; a model has fewer."""
_SHOWN = 60
"""Characters of a value in a message."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a job file would do by one option: its name, the words that set it, and its reach.

    `target` is where its path leads, links followed; None if the value is no path.
    """

    key: str
    words: str
    reach: Reach
    target: Path | None = None

    def __str__(self) -> str:
        return f"{self.words} (it can {self.reach.can})"


def require(job: JobFile, film: Path, others: Sequence[Layer]) -> None:
    """Raise `FilmError` (usage) if `job` sets what needs consent, and the user did not give it.

    `others` are the layers of the user's own places, the highest first: a value that is theirs too needs no
    consent.
    """
    claimed = claims(job, film, others)
    if not claimed:
        return
    consent = consents.find(job.real)
    why = "not allowed"
    if consent is not None and consent.digest != job.digest:
        why = "changed since you allowed it"
    elif consent is not None:
        if not (changed := _changed(claimed, consent)):
            return
        why = f"{changed} since you allowed it"
    what = f"{job.path}: {why}, and it sets what needs your consent"
    raise FilmError(
        f"{what}: {'; '.join(map(str, claimed))}",
        f"somebody else may have written it; if you trust it: orchestrator allow {typed(job.path)}; to run "
        "without it: --no-job-file",
        USAGE,
        lines=(f"{what}:", *map(str, claimed)),
    )


def allow(job: JobFile, film: Path) -> tuple[Claim, ...]:
    """Record the user's consent to the content of `job`; return what needed it."""
    claimed = claims(job, film)
    if claimed:
        targets = {claim.key: _meaning(claim) for claim in claimed if claim.target is not None}
        consents.give(
            Consent(
                path=str(job.real),
                digest=job.digest,
                when=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                keys=tuple(claim.key for claim in claimed),
                targets=targets,
            )
        )
    return claimed


def claims(job: JobFile, film: Path, others: Sequence[Layer] | None = None) -> tuple[Claim, ...]:
    """What `job` sets that needs consent; without `others`, whatever the user's own places say."""
    folder = film.parent.resolve()
    return (*_of_link(job, folder), *_of_values(job, folder, others), *_of_devices(job, others))


def _of_link(job: JobFile, folder: Path) -> Iterator[Claim]:
    if not job.empty and not job.real.is_relative_to(folder):
        reach = Reach(can="read a file outside the film's folder")
        yield Claim(key="link", words=f"a link to {job.real}", reach=reach, target=job.real)


def _of_values(job: JobFile, folder: Path, others: Sequence[Layer] | None) -> Iterator[Claim]:
    for key, value in job.layer.values.items():
        option, reach = BY_KEY[key], BY_KEY[key].cli.reach
        if not reach.can or value.value is None or reach.harmless(value.value):
            continue
        if _installed(option, value.value):
            continue
        target = _target(option, value.value)
        if reach.inside and target is not None and target.is_relative_to(folder):
            continue
        if others is not None and (_value(option, others) == value.value or _idle(reach, job, others)):
            continue
        yield Claim(key=key, words=_words(job, value), reach=reach, target=target)


def _of_devices(job: JobFile, others: Sequence[Layer] | None) -> Iterator[Claim]:
    theirs = {} if others is None else device_requests.merged(others)
    for stage, request in job.layer.devices.items():
        own = theirs.get(stage) or theirs.get("")
        if all(map(DEVICE_REACH.harmless, request.devices)):
            continue
        if own is None or (own.devices, own.gpus) != (request.devices, request.gpus):
            key = f"device.{stage}" if stage else "device"
            yield Claim(key=key, words=f'{key} = "{request.text}"', reach=DEVICE_REACH)


def _installed(option: Option, value: Any) -> bool:
    """Return whether the value names a model that the installation holds, for every stage that reads it.

    Such a name never stands for a folder, and nothing is downloaded for it (`orchestrator.models.resolve`).
    """
    roles = [
        STAGES[stage].model_role if STAGES[stage].model == param else None for stage, param in option.targets
    ]
    return bool(roles) and all(
        role and (families.embedded(role, value) or families.is_packaged(role, value)) for role in roles
    )


def _value(option: Option, layers: Sequence[Layer]) -> Any:
    """The value that counts without the job file."""
    found = next((layer.values[option.key].value for layer in layers if option.key in layer.values), None)
    return option.default if found is None else found


def _idle(reach: Reach, job: JobFile, others: Sequence[Layer]) -> bool:
    """Return whether the option that this one needs is not set."""
    needed = BY_KEY.get(reach.only_with)
    return needed is not None and _value(needed, [job.layer, *others]) is None


def _target(option: Option, value: Any) -> Path | None:
    """The path that the value is, links followed; None if it is no path."""
    if option.type is not Path and not str(value).startswith(("/", "~")):
        return None
    try:
        return Path(value).expanduser().resolve()
    except (OSError, RuntimeError):  # a circle of links, or a user who does not exist
        return Path(os.path.normpath(value))


def _words(job: JobFile, value: Value) -> str:
    """The words that set the value, without the file's name and without a secret, short and on one line."""
    words = plain(masked(value.words.removeprefix(f"{job.path}: ")))
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}..."


def _changed(claimed: Sequence[Claim], consent: Consent) -> str:
    """What is not as it was when the user consented, in a few words; empty if all is."""
    for claim in claimed:
        if claim.key not in consent.keys:
            return f"{claim.key} means something else"
        if claim.target is not None and consent.targets.get(claim.key) != _meaning(claim):
            return f"what {claim.key} leads to changed"
    return ""


def _meaning(claim: Claim) -> str:
    """Where the claim's path leads and, if the consent covers it, what is there."""
    assert claim.target is not None  # noqa: S101 - the callers ask
    return f"{claim.target}\n{_content(claim.target) if claim.reach.content else ''}"


def _content(path: Path) -> str:
    """A digest of a file, or of a folder's files with their names; empty if there is nothing."""
    if path.is_file():
        return file_digest(path)
    if not path.is_dir():
        return ""
    names = []
    for place, folders, files in os.walk(path):
        folders.sort()
        names += [Path(place) / file for file in sorted(files)]
        if len(names) > _MOST_FILES:
            raise FilmError(
                f"{path}: more than {_MOST_FILES} files, so not a model", "name its folder", USAGE
            )
    digest = hashlib.sha256()
    for file in names:
        what = file_digest(file) if file.is_file() else "none"
        digest.update(os.fsencode(file.relative_to(path)) + f"\0{what}\n".encode())
    return digest.hexdigest()
