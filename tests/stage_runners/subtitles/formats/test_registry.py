"""The formats that are declared: what follows from their declarations."""

from __future__ import annotations

import contextlib
import itertools

from stage_runners.subtitles.formats import FORMATS
from stage_runners.subtitles.output_format import Noted, UnwritableError
from stage_runners.subtitles.stage import SUBTITLES
from tests.stage_runners.subtitles.documents import document


def test_every_format_is_an_output_of_the_stage_in_a_separate_file():
    files = {output.name: output.filename for output in SUBTITLES.outputs if output.kind == "file"}
    assert list(files) == [one.name for one in FORMATS]
    assert len(set(files.values())) == len(files)


def test_no_two_formats_have_the_same_name_beside_a_film():
    for translated, sdh in itertools.product((False, True), repeat=2):
        names = [one.name_beside("movie", "en", translated=translated, sdh=sdh) for one in FORMATS]
        assert len(set(names)) == len(names)


def test_every_format_is_written_for_a_film_without_speech():
    empty = document(language="und")
    for one in FORMATS:
        with contextlib.suppress(UnwritableError):
            assert isinstance(one.write(empty), str | bytes | Noted)


def test_every_format_has_a_description_and_a_media_type():
    assert all(one.description and "/" in one.media_type for one in FORMATS)
