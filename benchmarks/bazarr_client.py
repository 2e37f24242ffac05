"""Runs Bazarr's own provider for Whisper against a service: `bazarr_client.py BAZARR ENDPOINT FILM`.

BAZARR is a checkout of Bazarr (github.com/morpheus65535/bazarr), whose `custom_libs` and `libs` are imported
as they are; they need Pillow, lxml and setuptools before 80. ENDPOINT is the service, with the token as a
password if it needs one: http://bazarr:TOKEN@host:9000.

It does what Bazarr does for a film without a known language: detects it, lists what the provider offers, and
downloads it; then the same for English, which is a translation unless the film is in English.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bazarr", type=Path)
    parser.add_argument("endpoint")
    parser.add_argument("film", type=Path)
    parser.add_argument(
        "--audio-language", action="append", default=[], help="as Bazarr read it of the film, alpha3"
    )
    parser.add_argument("--ffmpeg", default="ffmpeg")
    arguments = parser.parse_args()
    sys.path[:0] = [str(arguments.bazarr / "custom_libs"), str(arguments.bazarr / "libs")]
    from subliminal.video import Movie
    from subliminal_patch.providers.whisperai import WhisperAIProvider
    from subzero.language import Language

    provider = WhisperAIProvider(
        endpoint=arguments.endpoint,
        response=5,
        timeout=3600,
        ffmpeg_path=arguments.ffmpeg,
        pass_video_name=True,
        loglevel="DEBUG",
    )
    provider.initialize()
    movie = Movie(str(arguments.film), "A film")
    movie.original_path, movie.original_name = str(arguments.film), arguments.film.name
    movie.audio_languages = set(arguments.audio_language)
    begun = time.monotonic()
    language = provider.detect_language(str(arguments.film))
    print(f"detected: {language!r} in {time.monotonic() - begun:.1f} s")
    failed = language is None
    for wanted in {language, Language("eng")} - {None}:
        for subtitle in provider.list_subtitles(movie, {wanted}):
            begun = time.monotonic()
            provider.download_subtitle(subtitle)
            valid = subtitle.is_valid()
            print(f"{subtitle.release_info}: valid {valid}, {time.monotonic() - begun:.1f} s")
            print((subtitle.content or b"").decode()[:300])
            failed |= not valid
    provider.terminate()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
