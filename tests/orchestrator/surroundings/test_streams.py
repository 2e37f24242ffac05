"""The standard streams of the program."""

import os
import threading

from orchestrator.surroundings import streams


def test_a_slow_reader_of_a_non_blocking_pipe_gets_everything():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    text = "line of a long result\n" * 20_000  # more than a pipe holds
    received = []

    def read():
        with os.fdopen(reading, "rb") as pipe:
            received.append(pipe.read())

    reader = threading.Thread(target=read)
    with streams._text(streams._Results(writing, "w")) as out:
        threading.Timer(0.1, reader.start).start()
        out.write(text)
    reader.join(10)
    assert received == [text.encode()]
