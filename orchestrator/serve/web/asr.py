"""The endpoints of Whisper-ASR-webservice, which Bazarr and others ask: /asr, /detect-language, /status.

As there, the parameters are in the query, and the file is `audio_file` in a form. With `encode=false` it is
samples without a header.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ipc.whisper_languages import LANGUAGES
from orchestrator import __version__
from orchestrator.serve import request_options
from orchestrator.serve.job import Job
from orchestrator.serve.service import Service
from orchestrator.serve.web import wave
from orchestrator.serve.web.answers import RequestError, answer, answering
from orchestrator.serve.web.forms import Upload
from orchestrator.serve.web.hub import Hub
from orchestrator.serve.web.transcribing import ENGLISH, Transcribing, pieces_of, text_of, transcript_of
from orchestrator.serve.web.uploads import Uploads

FIELD = "audio_file"
_OUTPUTS = ("txt", "vtt", "srt", "tsv", "json")
_YES, _NO = {"true", "1", "yes", "on"}, {"false", "0", "no", "off", ""}
_SHORT_S, _LISTENED_S = 900, 180
"""A language is detected in three minutes, of a film from its fifth on: before that is music."""
_OTHER_NAMES = {"my": "myanmar", "nn": "nynorsk"}
"""Whisper's names of languages, where they are not the usual ones."""


class Asr:
    """The endpoints."""

    def __init__(self, service: Service, hub: Hub, uploads: Uploads, transcribing: Transcribing) -> None:
        self._service, self._hub, self._uploads, self._transcribing = service, hub, uploads, transcribing

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/asr", answering(self.asr), methods=["POST"]),
            Route("/detect-language", answering(self.detect_language), methods=["POST"]),
            Route("/status", answering(self.status)),
        ]

    async def status(self, _: Request) -> Response:
        """What answers here, as Bazarr's settings page shows it."""
        return answer({"version": f"orchestrator {__version__}"})

    async def asr(self, request: Request) -> Response:
        """Subtitles of an upload, in one of five formats."""
        query = request.query_params
        output, task = query.get("output", "txt"), query.get("task", "transcribe")
        if output not in _OUTPUTS:
            raise RequestError(400, f"output={output}: no format", f"use {', '.join(_OUTPUTS)}")
        if task not in {"transcribe", "translate"}:
            raise RequestError(400, f"task={task}: no task", "use transcribe or translate")
        options = self._options(request, output, translate=task == "translate")
        async with self._receive(request) as upload:
            job = await self._transcribing.run(request, upload, "asr", options)
        content = await asyncio.to_thread(_content, job, output, translate=task == "translate")
        name = quote(request.query_params.get("video_file") or upload.film.name, safe="", errors="replace")
        return PlainTextResponse(
            content,
            headers={
                "Asr-Engine": "orchestrator",
                "Content-Disposition": f'attachment; filename="{name}.{output}"',
            },
        )

    async def detect_language(self, request: Request) -> Response:
        """The language that is spoken in an upload; an empty object if nobody speaks."""
        async with self._receive(request) as upload:
            options = {"output_format": "json", "diarize": False, **self._part(request, upload)}
            job = await self._transcribing.add(upload, "asr", options)
        heard = asyncio.ensure_future(self._heard(job))
        ended = asyncio.ensure_future(self._transcribing.wait(request, job))
        try:
            await asyncio.wait({heard, ended}, return_when=asyncio.FIRST_COMPLETED)
            if heard.done():
                facts = heard.result()
                await asyncio.to_thread(self._service.queue.suffice, job.id)  # what follows is not asked for
            else:
                done = self._transcribing.succeeded(await ended)
                facts = done.summary.get("steps", {}).get("asr", {}).get("facts", {})
        finally:
            heard.cancel()
            ended.cancel()
        return answer(_detected(facts))

    async def _heard(self, job: Job) -> Any:  # noqa: RET503 - the events have no end
        """Wait for the facts of recognition, which come before the job ends."""
        with self._hub.subscribed(job.id) as events:
            async for _, event in events:
                if event["event"] == "step_done" and event.get("step") == "asr":
                    return event.get("facts") or {}

    def _receive(self, request: Request) -> Any:
        raw = not _switch(request, "encode", otherwise=True)
        return self._uploads.receive(request, FIELD, name=request.query_params.get("video_file", ""), raw=raw)

    def _part(self, request: Request, upload: Upload) -> dict[str, Any]:
        if _switch(request, "encode", otherwise=True):
            return {"clip": f"0:00-{_LISTENED_S // 60}:00"}
        seconds = upload.size / (2 * wave.RATE)
        start = 300 if seconds > _SHORT_S else 0
        return {"clip": f"{start}-{start + _LISTENED_S}"} if seconds > start + _LISTENED_S else {}

    def _options(self, request: Request, output: str, *, translate: bool) -> dict[str, Any]:
        query = request.query_params
        given: dict[str, Any] = {"output_format": "json,srt" if translate else f"json,{output}"}
        if language := query.get("language"):
            given["language"] = language
        if prompt := query.get("initial_prompt"):
            given["initial_prompt"] = prompt
        if "diarize" in query:
            given["diarize"] = _switch(request, "diarize", otherwise=True)
        for name in ("min_speakers", "max_speakers"):
            if query.get(name, "").isdigit():
                given[name] = int(query[name])
        if translate:
            given["target_language"] = ENGLISH
        return request_options.checked(given, self._service.settings.options)


def _switch(request: Request, name: str, *, otherwise: bool) -> bool:
    word = request.query_params.get(name)
    if word is None:
        return otherwise
    if word.lower() not in _YES | _NO:
        raise RequestError(400, f"{name}={word}: not true or false")
    return word.lower() in _YES


def _content(job: Job, output: str, *, translate: bool) -> str:
    if not translate and output != "json":
        return text_of(job, output)
    if translate and output == "srt":
        return text_of(job, "srt", english=True)
    pieces = pieces_of(job, english=translate)
    match output:
        case "vtt":
            cues = (f"{_clock(one.start)} --> {_clock(one.end)}\n{one.text}\n" for one in pieces)
            return "\n".join(["WEBVTT\n", *cues])
        case "tsv":
            rows = (f"{one.start * 1000:.0f}\t{one.end * 1000:.0f}\t{one.text}\n" for one in pieces)
            return "".join(["start\tend\ttext\n", *rows])
        case "json":
            transcript = transcript_of(job)
            segments = (
                [{"start": one.start, "end": one.end, "text": one.text} for one in pieces]
                if translate
                else transcript["segments"]
            )
            body = {"text": " ".join(one.text for one in pieces), "segments": segments,
                    "language": transcript["language"]}  # fmt: skip
            return json.dumps(body, ensure_ascii=False)
        case _:
            return "".join(f"{one.text}\n" for one in pieces)


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, thousandths = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{thousandths // 1000:02d}.{thousandths % 1000:03d}"


def _detected(facts: Any) -> dict[str, Any]:
    code = str(facts.get("language") or "")
    if code not in LANGUAGES:
        return {}
    return {
        "detected_language": language_name(code),
        "language_code": code,
        "confidence": facts.get("language_probability") or 0.0,
    }


def language_name(code: str) -> str:
    """Whisper's name of a language, in lower case."""
    from stage_runners.text.iso639 import LANGUAGES as NAMED

    return _OTHER_NAMES.get(code) or (NAMED[code].name.lower() if code in NAMED else code)
