"""Runs an upload as a job, and reads its results, for the endpoints of other programs' clients."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request

from orchestrator.errors import INPUT, USAGE
from orchestrator.serve.job import SUCCEEDED, Job, Source
from orchestrator.serve.job import Request as JobRequest
from orchestrator.serve.service import Service
from orchestrator.serve.web import streams
from orchestrator.serve.web.answers import RequestError
from orchestrator.serve.web.forms import Upload
from orchestrator.serve.web.hub import Hub

ENGLISH = "en"
_PLAIN = {"mux": False, "shots": False, "known_voices": False, "names": False}
"""What no client of an upload has use for. Its film is nobody's, so no voices are saved."""
_CUE = re.compile(
    r"(\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d+):(\d\d):(\d\d)[,.](\d{3})[^\n]*\n(.*?)(?:\n\n|\Z)", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A passage of a result: times in seconds, its text, and the speaker's name, empty if unknown."""

    start: float
    end: float
    text: str
    speaker: str = ""


class Transcribing:
    """Jobs of uploads in `service`."""

    def __init__(self, service: Service, hub: Hub) -> None:
        self._service, self._hub = service, hub
        self._clients = 0

    async def add(self, upload: Upload, source: Source, options: Mapping[str, Any]) -> Job:
        """Queue an upload before all films; or return the job that runs for the same one."""
        wanted = JobRequest(
            film=upload.film, source=source, urgent=True, fingerprint=upload.digest, upload=upload.folder,
            options={**_PLAIN, **options},
        )  # fmt: skip
        job, upload.kept = await asyncio.to_thread(self._service.queue.add, wanted)
        return job

    async def run(self, request: Request, upload: Upload, source: Source, options: Mapping[str, Any]) -> Job:
        """Run an upload; returns the job that succeeded. Raises `RequestError`."""
        job = await self.add(upload, source, options)
        return self.succeeded(await self.wait(request, job))

    async def wait(self, request: Request, job: Job) -> Job | None:
        """Wait for the end of a job while the client does. Raises `RequestError`.

        A client that is gone leaves the job: it may ask again, and then the result is there.
        """
        if self._clients >= self._service.settings.waiting:
            raise RequestError(503, "too many clients wait for results", "try again later", retry_s=60)
        self._clients += 1
        ended = asyncio.ensure_future(self._hub.ended(job.id))
        gone = asyncio.ensure_future(streams.gone(request))
        try:
            await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                raise RequestError(499, "the client is gone")
            return ended.result()
        finally:
            self._clients -= 1
            ended.cancel()
            gone.cancel()

    @staticmethod
    def succeeded(job: Job | None) -> Job:
        """The job, if it has results; else raises `RequestError`."""
        if job is None or job.state == "cancelled":
            raise RequestError(409, "the job was cancelled", "send the file again")
        if job.state in SUCCEEDED:
            return job
        status = {INPUT: 422, USAGE: 400}.get(int(job.problem.get("status") or 0), 500)
        raise RequestError(status, str(job.problem.get("message", "")), str(job.problem.get("hint", "")))


def text_of(job: Job, kind: str, *, english: bool = False) -> str:
    """The content of the file of this kind: in the spoken language, or in English. Raises `RequestError`."""
    found = [Path(one["path"]) for one in job.outputs if one["path"].endswith(f".{kind}")]
    mine = [path for path in found if path.name.removeprefix(job.film.stem).startswith(f".{ENGLISH}.")]
    spoken = job.summary.get("language") == ENGLISH
    others = [path for path in found if path not in mine]
    # Where nobody speaks there is nothing to translate, and one empty file.
    stands_for_english = others if spoken or not any(map(_size, others)) else []
    order = [*mine, *stands_for_english] if english else [*others, *mine]
    if not order:
        raise RequestError(500, f"the run wrote no {kind}", "see the log of its run: orchestrator runs ls")
    try:
        return order[0].read_text(encoding="utf-8")
    except OSError as error:
        raise RequestError(500, f"the result cannot be read: {error.strerror}") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def transcript_of(job: Job) -> Mapping[str, Any]:
    """The transcript in the format of WhisperX."""
    transcript: dict[str, Any] = json.loads(text_of(job, "json"))
    return transcript


def pieces_of(job: Job, *, english: bool = False) -> list[Piece]:
    """The passages of a result: segments of the transcript, or cues of its translation."""
    if english and job.summary.get("language") != ENGLISH:
        return cues(text_of(job, "srt", english=True))
    transcript = transcript_of(job)
    names = {label: str(one.get("name") or "") for label, one in (transcript.get("speakers") or {}).items()}
    return [
        Piece(
            start=float(one["start"]), end=float(one["end"]), text=" ".join(str(one["text"]).split()),
            speaker=names.get(one.get("speaker"), "") or str(one.get("speaker") or ""),
        )
        for one in transcript["segments"]
    ]  # fmt: skip


def cues(srt: str) -> list[Piece]:
    """The cues of a SubRip file of ours."""
    found = []
    for one in _CUE.finditer(srt.replace("\r\n", "\n")):
        times = [int(part) for part in one.groups()[:8]]
        start, end = (
            hours * 3600 + minutes * 60 + seconds + thousandths / 1000
            for hours, minutes, seconds, thousandths in (times[:4], times[4:])
        )
        found.append(Piece(start=start, end=end, text=" ".join(one[9].replace("\u2060", "").split())))
    return found
