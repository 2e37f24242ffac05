"""Takes uploads: straight to the disk as they arrive, within limits of size, time and number.

The memory that an upload takes does not depend on its size. Its digest is made on the way, so that a client
that sends the same file again, because it did not wait, gets the job that runs already.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import time
from collections.abc import AsyncIterator

from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from orchestrator.serve.service import Service
from orchestrator.serve.web.answers import RequestError
from orchestrator.serve.web.forms import Form, Upload, shown

SILENT_S = 30.0
"""Without a byte, after which an upload ends."""
SLOWEST = 20_000
"""Bytes a second, on average after the first minute; a slower upload would occupy its place for hours."""
_GRACE_S = 60.0
_RESERVE = 2 << 30
"""Bytes of the disk that uploads leave free, for results."""
_BLOCK = 1 << 20


class Uploads:
    """The uploads of a service, a few at a time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._places = asyncio.Semaphore(service.settings.uploads)
        self._waiting = 0

    @contextlib.asynccontextmanager
    async def receive(
        self, request: Request, file_field: str, *, name: str = "", raw: bool = False
    ) -> AsyncIterator[Upload]:
        """The upload of a request, whose file is in the form's field `file_field`.

        `name` is what the film is called, if not as the client's file. A `raw` file is samples without a
        header, 16-bit at 16 kHz. Raises `RequestError`.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise RequestError(415, "the body is not multipart/form-data with a file")
        self._check_length(request)
        if self._waiting >= self._service.settings.waiting:
            raise RequestError(503, "too many uploads wait", "try again later", retry_s=30)
        self._waiting += 1
        try:
            async with self._places:
                upload = await self._received(request, boundary, file_field, name, raw=raw)
        finally:
            self._waiting -= 1
        try:
            yield upload
        finally:
            self._service.receiving.discard(upload.folder)
            if not upload.kept:
                await asyncio.to_thread(shutil.rmtree, upload.folder, ignore_errors=True)

    def _check_length(self, request: Request) -> None:
        length = request.headers.get("content-length", "0")
        largest = self._service.settings.max_upload
        if not length.isdigit() or int(length[:20]) > largest + (1 << 20):
            raise RequestError(413, f"the upload is larger than {shown(largest)}", "see --max-upload")
        free = shutil.disk_usage(self._service.uploads).free - _RESERVE
        if int(length) > free:
            raise RequestError(507, "the disk of the service has no room for this upload")

    async def _received(
        self, request: Request, boundary: bytes, file_field: str, name: str, *, raw: bool
    ) -> Upload:
        folder = self._service.uploads / secrets.token_hex(8)
        self._service.receiving.add(folder)
        try:
            folder.mkdir(mode=0o700)
            form = Form(
                folder, boundary, file_field, name, raw=raw, largest=self._service.settings.max_upload
            )
            try:
                await _read(request, form)
                return await asyncio.to_thread(form.finished)
            finally:
                form.close()
        except BaseException:
            self._service.receiving.discard(folder)
            shutil.rmtree(folder, ignore_errors=True)
            raise


async def _read(request: Request, form: Form) -> None:
    started, arrived = time.monotonic(), 0
    parts = request.stream()
    while True:
        try:
            part = await asyncio.wait_for(anext(parts), SILENT_S)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise RequestError(408, f"nothing arrived for {SILENT_S:g} s") from None
        arrived += len(part)
        seconds = time.monotonic() - started
        if seconds > _GRACE_S and arrived < SLOWEST * (seconds - _GRACE_S):
            raise RequestError(408, "the upload is too slow")
        form.feed(part)
        if form.pending >= _BLOCK:
            await asyncio.to_thread(form.write)
