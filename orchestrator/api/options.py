"""The options of `subtitle` and their types; made by docs/make_reference.py, not to be edited."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TypedDict


class Options(TypedDict, total=False):
    """The options of a film, by the names of a job file; docs/reference.md says what each does."""

    align_model: str | None
    allow_smaller_model: bool | None
    audience: str | None
    audio_channel: str | None
    audio_track: int | None
    batch_size: int | None
    beam_size: int | None
    bias: bool | None
    burn_in: str | None
    cache_limit: str | None
    cast: str | os.PathLike[str] | None
    chapter_length: float | None
    chapter_titles: str | None
    chapters: bool | None
    chunk_size: int | None
    clip: str | None
    compute_type: str | None
    container: str | None
    default_subtitles: bool | None
    device: str | Sequence[str] | Mapping[str, str] | None
    diarize: bool | None
    diarize_model: str | None
    existing_subtitles: bool | None
    extra_speech: bool | None
    forced_track: bool | None
    glossary: str | os.PathLike[str] | None
    hotwords: str | Sequence[str] | None
    initial_prompt: str | None
    keep_cues: bool | None
    known_voices: bool | None
    language: str | None
    mark_pauses: float | None
    max_cps: float | None
    max_line_count: int | None
    max_line_width: int | None
    max_speakers: int | None
    min_speakers: int | None
    model: str | None
    mux: bool | None
    name_confidence: float | None
    names: bool | None
    num_speakers: int | None
    offline: bool | None
    output_dir: str | os.PathLike[str] | None
    output_format: str | Sequence[str] | None
    prestart: bool | None
    profile: str | None
    proofread: bool | None
    recycle: int | None
    replace_chapters: bool | None
    replace_existing: bool | None
    second_look: bool | None
    segment_languages: bool | None
    series: str | None
    shots: bool | None
    sounds: bool | None
    speaker_labels: str | None
    speakers: str | Sequence[str] | None
    speakers_by_channel: bool | None
    speakers_by_track: bool | None
    strict: bool | None
    subtitle_format: str | None
    target_language: str | Sequence[str] | None
    text: str | os.PathLike[str] | None
    threads: int | None
    tmdb: str | None
    translation_context: str | None
    translation_endpoint: str | None
    translation_model: str | None
    translation_review: bool | None
    trust_model_code: bool | None
    voice_threshold: float | None
