"""Sends the files that a job wrote. Only those, and never through a link that somebody put in their place."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from orchestrator.serve.job import Job
from orchestrator.serve.web.answers import RequestError
from orchestrator.serve.web.describe import file_of

_REPORT = "sandbox allow-scripts allow-popups allow-downloads; frame-ancestors 'self'"
"""The report may run its own script, in an origin of its own: it lies beside the film, where others may
write, so it must not be able to use the service in the reader's name."""


async def send(job: Job, outputs: Any, name: str, *, page: bool = False) -> Response:
    """The file called `name` of a job; `page` to show a report rather than save it."""
    found = next((one for one in outputs if file_of(job, one)["name"] == name), None)
    if found is None:
        raise RequestError(404, "this job has no such file", "its files are listed in the job")
    path = Path(found["path"])
    try:
        status = await asyncio.to_thread(os.lstat, path)
    except OSError as error:
        raise RequestError(404, f"the file is gone: {error.strerror}", "run the film again") from None
    if not stat.S_ISREG(status.st_mode):
        raise RequestError(404, "the file was replaced by something else", "run the film again")
    ascii_name = name.encode("ascii", "replace").decode().replace('"', "'")
    how = "inline" if page else "attachment"
    headers = {
        "Content-Disposition": f'{how}; filename="{ascii_name}"; '
        f"filename*=UTF-8''{quote(name, safe='', errors='replace')}",
        "Cache-Control": "no-store",
    }
    if page:
        headers["Content-Security-Policy"] = _REPORT
    return FileResponse(path, headers=headers, media_type=file_of(job, found)["type"], stat_result=status)
