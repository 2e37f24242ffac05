"""OpenAI's endpoints for audio: /v1/audio/transcriptions, /v1/audio/translations and /v1/models."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from orchestrator.serve import request_options
from orchestrator.serve.job import Job
from orchestrator.serve.service import Service
from orchestrator.serve.web import streams
from orchestrator.serve.web.answers import RequestError, answer, answering, error_of
from orchestrator.serve.web.asr import language_name
from orchestrator.serve.web.forms import Upload
from orchestrator.serve.web.transcribing import (
    ENGLISH,
    Piece,
    Transcribing,
    pieces_of,
    text_of,
    transcript_of,
)
from orchestrator.serve.web.uploads import Uploads

OWN = "orchestrator"
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt", "diarized_json")
_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt", "text": "text/plain"}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class OpenAi:
    """The endpoints."""

    def __init__(self, service: Service, uploads: Uploads, transcribing: Transcribing) -> None:
        self._service, self._uploads, self._transcribing = service, uploads, transcribing

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/v1/models", answering(self.models, refusal)),
            Route("/v1/models/{name:path}", answering(self.model, refusal)),
            Route("/v1/audio/transcriptions", answering(self.transcriptions, refusal), methods=["POST"]),
            Route("/v1/audio/translations", answering(self.translations, refusal), methods=["POST"]),
        ]

    async def models(self, _: Request) -> Response:
        """The names for `model`: all of them stand for what this service was set up with."""
        return answer({"object": "list", "data": [self._model(name) for name in (OWN, "whisper-1")]})

    async def model(self, request: Request) -> Response:
        """One of the names."""
        name = request.path_params["name"]
        if name not in {OWN, "whisper-1"}:
            raise RequestError(404, f"there is no model {name!r}")
        return answer(self._model(name))

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": int(self._service.started), "owned_by": OWN}

    async def transcriptions(self, request: Request) -> Response:
        """The text of an upload, in the language that is spoken."""
        return await self._answer(request, translate=False)

    async def translations(self, request: Request) -> Response:
        """The text of an upload, in English."""
        return await self._answer(request, translate=True)

    async def _answer(self, request: Request, *, translate: bool) -> Response:
        async with self._uploads.receive(request, "file") as upload:
            form = upload.field("response_format", "json")
            if form not in _FORMATS or (translate and form == "diarized_json"):
                raise RequestError(
                    400, f"response_format {form!r}: not supported", f"use {', '.join(_FORMATS)}"
                )
            words = {*upload.fields.get("timestamp_granularities[]", ()),
                     *upload.fields.get("timestamp_granularities", ())}  # fmt: skip
            if unknown := words - {"word", "segment"}:
                raise RequestError(400, f"timestamp_granularities {min(unknown)!r}: not word or segment")
            options = self._options(upload, form, translate=translate)
            job = await self._transcribing.add(upload, "openai", options)
        if upload.field("stream").lower() == "true" and not translate:
            return streams.stream(lambda: self._streamed(request, job, form))
        done = self._transcribing.succeeded(await self._transcribing.wait(request, job))
        if form in {"srt", "vtt"} and not translate:
            return PlainTextResponse(await asyncio.to_thread(text_of, done, form), media_type=_TYPES[form])
        return await asyncio.to_thread(_response, done, form, words, translate=translate)

    def _options(self, upload: Upload, form: str, *, translate: bool) -> dict[str, Any]:
        files = {"srt": "srt", "vtt": "vtt"}.get(form, "json")
        given: dict[str, Any] = {"output_format": "json,srt" if translate else ",".join({"json", files})}
        given["output_format"] = ",".join(sorted(given["output_format"].split(",")))
        given["diarize"] = form == "diarized_json"
        model = upload.field("model", OWN)
        if model != OWN and not model.startswith(("whisper-1", "gpt-")):
            given["model"] = model
        if language := upload.field("language"):
            given["language"] = language
        if prompt := upload.field("prompt"):
            given["initial_prompt"] = prompt
        if words := upload.fields.get("keywords[]"):
            given["hotwords"] = ",".join(words)
        if translate:
            given["target_language"] = ENGLISH
        return request_options.checked(given, self._service.settings.options)

    async def _streamed(self, request: Request, job: Job, form: str) -> AsyncIterator[bytes]:
        """The text as events. It comes when the whole of it is known."""
        try:
            done = self._transcribing.succeeded(await self._transcribing.wait(request, job))
            pieces = await asyncio.to_thread(pieces_of, done)
        except Exception as error:
            found = error_of(error)
            if found is None:
                raise
            yield _data({"type": "error", "error": _error(found)})
            return
        speakers = _letters(pieces)
        for number, piece in enumerate(pieces):
            if form == "diarized_json":
                yield _data(_diarized(number, piece, speakers))
            space = " " if number else ""
            yield _data({"type": "transcript.text.delta", "delta": f"{space}{piece.text}"})
        yield _data({"type": "transcript.text.done", "text": _joined(pieces)})


def refusal(error: RequestError) -> Response:
    """An error in OpenAI's form."""
    return answer({"error": _error(error)}, error.status)


def _error(error: RequestError) -> dict[str, Any]:
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    message = ": ".join(filter(None, (error.message, error.hint)))
    return {"message": message, "type": kind, "param": None, "code": None}


def _data(body: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def _response(job: Job, form: str, words: set[str], *, translate: bool) -> Response:
    pieces = pieces_of(job, english=translate)
    seconds = float(job.summary.get("seconds") or (pieces[-1].end if pieces else 0.0))
    usage = {"type": "duration", "seconds": seconds}
    text = _joined(pieces)
    match form:
        case "text":
            return PlainTextResponse(f"{text}\n")
        case "srt":
            return PlainTextResponse(text_of(job, "srt", english=True), media_type=_TYPES["srt"])
        case "vtt":
            return PlainTextResponse(_as_vtt(text_of(job, "srt", english=True)), media_type=_TYPES["vtt"])
        case "json":
            return answer({"text": text, "usage": usage})
        case "diarized_json":
            speakers = _letters(pieces)
            segments = [_diarized(number, piece, speakers) for number, piece in enumerate(pieces)]
            return answer(
                {
                    "task": "transcribe",
                    "duration": seconds,
                    "text": text,
                    "segments": segments,
                    "usage": usage,
                }
            )
    body: dict[str, Any] = {
        "task": "translate" if translate else "transcribe",
        "language": language_name(ENGLISH if translate else str(job.summary.get("language") or "")),
        "duration": seconds, "text": text, "usage": usage,
    }  # fmt: skip
    if not words or "segment" in words:
        body["segments"] = [_segment(number, piece, job) for number, piece in enumerate(pieces)]
    if "word" in words:
        body["words"] = [
            {"word": one["word"], "start": one["start"], "end": one["end"]}
            for one in transcript_of(job).get("word_segments", ())
            if "start" in one and "end" in one
        ]
    return answer(body)


def _segment(number: int, piece: Piece, job: Job) -> dict[str, Any]:
    """A segment with every field that clients may read. What only Whisper has is neutral."""
    facts = job.summary.get("steps", {}).get("asr", {}).get("facts", {})
    return {
        "id": number, "seek": 0, "start": piece.start, "end": piece.end, "text": f" {piece.text}",
        "tokens": [], "temperature": 0.0, "avg_logprob": facts.get("avg_logprob") or 0.0,
        "compression_ratio": 1.0, "no_speech_prob": 0.0,
    }  # fmt: skip


def _diarized(number: int, piece: Piece, speakers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "transcript.text.segment", "id": f"seg_{number}", "start": piece.start, "end": piece.end,
        "text": piece.text, "speaker": speakers[piece.speaker],
    }  # fmt: skip


def _letters(pieces: Sequence[Piece]) -> dict[str, str]:
    """What each speaker is called: a known name, or a letter, in the order of their appearance."""
    found: dict[str, str] = {}
    for piece in pieces:
        known = piece.speaker and not piece.speaker.startswith("SPEAKER_")
        number = len(found)
        letter = _LETTERS[number] if number < len(_LETTERS) else str(number + 1)
        found.setdefault(piece.speaker, piece.speaker if known else letter)
    return found


def _joined(pieces: Sequence[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)


def _as_vtt(srt: str) -> str:
    lines = (line.replace(",", ".") if " --> " in line else line for line in srt.splitlines())
    return "WEBVTT\n\n" + "\n".join(lines) + "\n"
