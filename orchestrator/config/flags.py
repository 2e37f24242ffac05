"""Every option that can be set once and for all: its name, its type, the stages' parameters it sets.

The command line, the job file beside a film, the environment and the configuration file all take these, by these names. What is
asked of one run only (`--from`, `--force`, `--overwrite`, ...) stands in `orchestrator.planning.request`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMATS = ("srt", "vtt", "ass", "txt", "tsv", "json", "rttm", "report")
DEFAULT_FORMATS = ("srt", "vtt", "ass", "json", "rttm", "report")
COMPUTE_TYPES = (
    "default", "auto", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32",
)  # fmt: skip
"""CTranslate2's names; `default` and `auto` are what suits the device."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """An option: it sets a parameter in one or more stages (`targets`, as `stage.param`), or says how a run is made.

    One of type `bool` is also given as `--no-NAME`. `default` says what happens where nobody says anything; `least` and `most` are the
    smallest and the largest number that make sense; `example` is a value to begin with. `short` is its one-letter form.
    """

    name: str
    targets: tuple[str, ...] = ()
    type: type = str
    group: str = "speech"
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    help: str = ""
    default: str = ""
    least: float | None = None
    most: float | None = None
    only_run: bool = False
    example: Any = None
    short: str = ""

    @property
    def key(self) -> str:
        """Its name in a namespace and in a file."""
        return self.name.replace("-", "_")


FLAGS: tuple[Flag, ...] = (
    Flag(name="audio-track", example=0, targets=("demux.audio_track",), type=int, group="film", metavar="N", least=0,
         default="chosen", help="take audio track N, counted from 0 among the audio tracks"),
    Flag(name="clip", example="10:00-12:00", targets=("demux.clip", "shots.clip", "subtitles.clip", "mux.clip", "burn.clip"), group="film", metavar="START-END", default="all of it",
         help="only this part, as 10:00-12:00: a trial before the whole film"),
    Flag(name="language", example="en", targets=("asr.language", "demux.language"), metavar="CODE", default="heard from the speech",
         help="the language spoken, such as en; also prefers an audio track in it (default: heard from the speech)"),
    Flag(name="segment-languages", example=True, targets=("asr.segment_languages",), type=bool, default="yes",
         help="hear the language of each part, where --language says none (default: yes)"),
    Flag(name="model", example="base", targets=("asr.model",), metavar="MODEL", default="auto",
         help="Whisper model: a name, a Hub id or a folder (default: auto, which is what suits the machine where it is on this "
         "disk, else base, embedded)"),
    Flag(name="compute-type", example="int8", targets=("asr.compute_type",), metavar="TYPE", choices=COMPUTE_TYPES, default="default",
         help="int8, float16, float32, ... (default: what suits the device)"),
    Flag(name="batch-size", example=8, targets=("asr.batch_size",), type=int, metavar="N", least=1, default="what suits the device",
         help="windows decoded at once (default: what suits the device)"),
    Flag(name="beam-size", example=5, targets=("asr.beam_size",), type=int, metavar="N", least=1, default="5",
         help="beams of the decoder (default: 5)"),
    Flag(name="chunk-size", example=30, targets=("asr.chunk_size",), type=int, metavar="S", least=1, default="30",
         help="seconds of a decoding window (default: 30)"),
    Flag(name="initial-prompt", example="A talk about reefs.", targets=("asr.initial_prompt",), metavar="TEXT", default="none",
         help="text to prime the model with"),
    Flag(name="hotwords", example="Simran, Raj", targets=("asr.hotwords",), metavar="WORDS", default="none",
         help="words to expect, such as names"),
    Flag(name="second-look", example=True, targets=("asr.second_look",), type=bool, default="yes",
         help="hear again what looks made up, and speech that has no text (default: yes)"),
    Flag(name="align-model", example="auto", targets=("alignment.align_model",), metavar="MODEL", default="auto",
         help="auto, pocketsphinx, attention, or a wav2vec2 model: a folder or a Hub id"),
    Flag(name="diarize-model", example="embedded", targets=("diarization.diarize_model",), group="speakers", metavar="MODEL", default="auto",
         help="embedded, or a pyannote pipeline: a folder or a Hub id (default: auto, which is pyannote's community-1 where it "
         "is on this disk, else embedded)"),
    Flag(name="num-speakers", example=2, targets=("diarization.num_speakers",), type=int, group="speakers", metavar="N", least=1,
         default="estimated", help="how many speak"),
    Flag(name="min-speakers", example=2, targets=("diarization.min_speakers",), type=int, group="speakers", metavar="N", least=1,
         default="estimated", help="at least so many speak"),
    Flag(name="max-speakers", example=6, targets=("diarization.max_speakers",), type=int, group="speakers", metavar="N", least=1,
         default="estimated", help="at most so many speak"),
    Flag(name="speaker-labels", example="change", targets=("subtitles.speaker_labels",), group="speakers", default="change",
         choices=("none", "change", "all"), help="labels in SRT (default: change)"),
    Flag(name="diarize", example=True, type=bool, group="speakers", default="yes", help="ask who speaks (default: yes)"),
    Flag(name="names", example=True, type=bool, group="names", default="yes",
         help="expect the names of the film's characters and set them right (default: yes)"),
    Flag(name="cast", example="cast.csv", type=Path, group="names", metavar="FILE", default="the .nfo beside the film, TMDB",
         help="characters and actors, as CSV or TOML"),
    Flag(name="tmdb", example="movie/603", targets=("tmdb.tmdb_id",), group="names", metavar="ID", default="searched by title",
         help="which film it is at TMDB: movie/603, tv/1399 or an IMDb id"),
    Flag(name="bias", example=True, targets=("asr.bias",), type=bool, group="names", default="yes",
         help="let the recogniser expect those names (default: yes)"),
    Flag(name="speakers", example="SPEAKER_03=Aditi", targets=("naming.speakers",), group="names", metavar="LABEL=NAME,...", default="heard",
         help="who the voices are: SPEAKER_03=Aditi,SPEAKER_00=Raj"),
    Flag(name="name-confidence", example=0.8, targets=("naming.name_confidence",), type=float, group="names", metavar="N", least=0, most=1, default="0.8",
         help="how sure the dialogue has to be of a voice's name, 0 to 1 (default: 0.8)"),
    Flag(name="voice-threshold", example=0.6, targets=("naming.voice_threshold",), type=float, group="names", metavar="N", least=0, most=1,
         default="measured for the embedding", help="cosine from which a voice is a known one (default: 0.6 for the embedded model)"),
    Flag(name="series", example="The Wire", group="names", metavar="NAME", default="by the file's name or its .nfo",
         help="the series whose known voices are expected"),
    Flag(name="known-voices", example=True, type=bool, group="names", default="yes",
         help="recognise and remember voices (default: yes)"),
    Flag(name="target-language", example="en", group="translation", metavar="CODE,...", default="none",
         help="also subtitles in these languages, such as en,de"),
    Flag(name="translation-model", example="nllb-200-distilled-600M", group="translation", metavar="MODEL", default="Whisper's own task, to English",
         help="NLLB-200, OPUS-MT, IndicTrans2 or Whisper: a name, a Hub id or a folder; or the model's name at the endpoint"),
    Flag(name="translation-endpoint", example="http://localhost:11434/v1", group="translation", metavar="URL", default="none",
         help="a server that speaks OpenAI's chat completions, such as Ollama; it gets the film's text"),
    Flag(name="profile", example="netflix", group="subtitles", metavar="NAME|FILE", default="default",
         help="a house's rules for subtitles: default, netflix, netflix-sdh, bbc, youtube, or a file (see orchestrator profiles)"),
    Flag(name="audience", example="adult", group="subtitles", choices=("adult", "children"), default="adult",
         help="who reads: adult or children, who get more time (default: adult)"),
    Flag(name="max-line-width", example=42, targets=("subtitles.max_line_width",), type=int, group="subtitles", metavar="N", least=16,
         default="42, fewer for ja, zh, ko, th", help="characters a line; a language that the profile gives fewer keeps those (default: 42)"),
    Flag(name="max-line-count", example=2, targets=("subtitles.max_line_count",), type=int, group="subtitles", metavar="N", least=1,
         default="2", help="lines a cue (default: the profile's, 2)"),
    Flag(name="max-cps", example=17, targets=("subtitles.max_cps",), type=float, group="subtitles", metavar="N", least=1, default="17",
         help="characters a second, in every language (default: the profile's, 17)"),
    Flag(name="sounds", example=True, type=bool, group="subtitles", default="as the profile says",
         help="find music where nobody speaks, and write it down (default: as the profile says)"),
    Flag(name="mark-pauses", example=20, targets=("subtitles.mark_pauses",), type=float, group="subtitles", metavar="S", least=0,
         default="never", help="write [no speech] where nobody speaks for S seconds (default: never)"),
    Flag(name="shots", example=True, type=bool, group="subtitles", default="yes",
         help="look for changes of shot and let subtitles begin and end with them (default: yes)"),
    Flag(name="container", example="mkv", targets=("mux.container", "burn.container"), group="subtitles", choices=("mkv", "mp4"), default="mkv",
         help="container of the films that are made (default: mkv)"),
    Flag(name="subtitle-format", example="srt", targets=("mux.subtitle_format",), group="subtitles", choices=("srt", "ass", "both"), default="srt",
         help="form of the tracks in the MKV: srt, ass (colours a speaker) or both (default: srt)"),
    Flag(name="replace-existing", example=False, targets=("mux.replace_existing",), type=bool, group="subtitles", default="no",
         help="leave out the film's own text tracks in the languages that are added, in the new film (default: no)"),
    Flag(name="default-subtitles", example=True, targets=("mux.default_subtitles",), type=bool, group="subtitles",
         default="where no other track is", help="show the added track unasked (default: where no other track is the default one)"),
    Flag(name="burn-in", example="spoken", targets=("burn.language",), group="subtitles", metavar="LANG", default="no such film",
         help="also make a film with subtitles drawn into the picture: in the language spoken, or such as en"),
    Flag(name="mux", example=True, type=bool, group="subtitles", default="yes", help="make a subtitled film (default: yes)"),
    Flag(name="threads", example=4, type=int, group="machine", metavar="N", least=0, default="0: shared out by the cores",
         help="at most so many threads a stage (default: 0, the cores are shared out)"),
    Flag(name="recycle", example=1, type=int, group="machine", metavar="N", least=0, default="by backend: MLX after each film",
         only_run=True, help="replace a worker after so many runs; 0: never (default: by backend, MLX after each film)"),
    Flag(name="offline", example=False, type=bool, group="machine", default="no", help="fetch no model from anywhere"),
    Flag(name="allow-smaller-model", example=False, type=bool, group="machine", default="no",
         help="take a smaller Whisper model where the memory is too small for the one that was chosen"),
    Flag(name="output-dir", example="subtitles", type=Path, group="output", metavar="DIR", default="beside the film", short="-o",
         help="where to write (default: beside the film)"),
    Flag(name="output-format", example="srt,vtt,ass,json,rttm,report", group="output", metavar="FORMAT,...", default=",".join(DEFAULT_FORMATS), only_run=True,
         help=f"which files to write: all, or of {', '.join(FORMATS)} (default: {','.join(DEFAULT_FORMATS)})"),
    Flag(name="strict", example=False, type=bool, group="output", default="no", only_run=True,
         help="exit with 6 when a result is degraded"),
    Flag(name="prestart", example=True, type=bool, group="machine", default="yes", only_run=True,
         help="start workers ahead of need (default: yes)"),
)  # fmt: skip

BY_KEY = {flag.key: flag for flag in FLAGS}
DEVICE = "device"
"""The one option that is no `Flag`: by stage, and given more than once."""
