"""A service in its own environment, with the fake runner; and a client that sends what a test says."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from orchestrator.serve import settings as settings_of
from orchestrator.serve.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / "envs" / "serve" / ".venv" / "bin" / "python"
FAKE = Path(__file__).with_name("fake_runner.py")


class Served:
    """A service in `home`; `restart` and `kill` may be called at any time."""

    def __init__(self, home, pace="0", environ=None, **settings):
        self.home, self.port, self.environ = home, free_port(), environ or {}
        self.token = settings.get("token", "")
        words = (sys.executable, str(FAKE), "{lifeline}", "{lock}", pace)
        self.settings = Settings(**{"runner": words, "port": self.port, "niceness": 0, **settings})
        self.process = None

    def start(self):
        with tempfile.TemporaryFile("w+") as stream:
            stream.write(settings_of.to_json(self.settings))
            stream.seek(0)
            self.process = subprocess.Popen(
                [PYTHON, "-P", "-m", "orchestrator.serve.web.main", str(stream.fileno())],
                pass_fds=[stream.fileno()],
                env={**os.environ, "ORCHESTRATOR_HOME": str(self.home), **self.environ},
                cwd=self.home,
                stdout=subprocess.PIPE,
                text=True,
            )
        line = self.process.stdout.readline()
        assert "serving at" in line, line
        return self

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait(30)
        self.process.stdout.close()

    def stop(self):
        if self.process.poll() is None:
            self.kill(signal.SIGTERM)
        with contextlib.suppress(ValueError):
            self.process.stdout.close()

    def ask(self, method, path, body=None, headers=None, timeout=30):
        """The status, the headers and the body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = dict(headers or {})
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, **more):
        status, _, content = self.ask(method, path, body, **more)
        return status, json.loads(content)

    def until(self, *states, seconds=30):
        """Wait until every job is in one of these states; returns the jobs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            jobs = self.json("GET", "/api/jobs?limit=1000")[1]["jobs"]
            if all(job["state"] in states for job in jobs):
                return jobs
            time.sleep(0.05)
        raise AssertionError([(job["name"], job["state"], job["problem"]) for job in jobs])

    def memory(self):
        """The most memory that its process had, in bytes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.partition("VmHWM:")[2].split()[0]) * 1024


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def form(content, field="audio_file", name="audio_file", **fields):
    """A form with a file, and the header that goes with it."""
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--B\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
    return b"".join([*parts, head, content, b"\r\n--B--\r\n"]), {
        "Content-Type": "multipart/form-data; boundary=B"
    }
