"""A local server that answers as an OpenAI endpoint does, well or badly, as a test needs."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOOK = {
    "Kde jsi byl celou noc?": "Where have you been all night?",
    "Byl jsem v autě s Matyldou.": "I was in the car with Matylda.",
    "Tak pojďme domů, prosím.": "Then let us go home, please.",
}


def good(lines):
    """The right answer, from the book."""
    return json.dumps({"lines": [{"n": line["n"], "text": BOOK[line["text"]]} for line in lines]})


def saying(text):
    """Every line becomes `text`."""
    return lambda lines: json.dumps({"lines": [{"n": line["n"], "text": text} for line in lines]})


def first_is(text):
    """The first line of the book becomes `text`, the others are right."""

    def answer(lines):
        made = [
            {"n": n["n"], "text": text if n["text"] == next(iter(BOOK)) else BOOK[n["text"]]} for n in lines
        ]
        return json.dumps({"lines": made})

    return answer


def without(text):
    """The line `text` is left out."""

    def answer(lines):
        return json.dumps(
            {"lines": [{"n": n["n"], "text": BOOK[n["text"]]} for n in lines if n["text"] != text]}
        )

    return answer


def status(code, message="no", **headers):
    """A refusal."""
    return code, json.dumps({"error": {"message": message}}), headers


def slow(seconds):
    """An answer that comes too late."""

    def answer(lines):
        time.sleep(seconds)
        return good(lines)

    return answer


class ChatServer(ThreadingHTTPServer):
    """Serves `script`, an answer a request; the last one for all that follow. `asked` keeps the requests'
    bodies and headers."""

    daemon_threads = True

    def __init__(self, *script):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.asked = script, []
        self.endpoint = f"http://127.0.0.1:{self.server_port}/v1"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def questions(self):
        """The question in the user's message of each request."""
        return [json.loads(body["messages"][1]["content"]) for body, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        step = server.script[min(len(server.asked), len(server.script) - 1)]
        server.asked.append((body, dict(self.headers)))
        code, content, headers = 200, "", {}
        if isinstance(step, tuple):
            code, content, headers = step
        else:
            lines = json.loads(body["messages"][1]["content"])["lines"]
            said = step(lines) if callable(step) else step
            content = json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]})
        data = content.encode()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), str(value))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
