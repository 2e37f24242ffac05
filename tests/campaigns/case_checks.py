"""What is right for the cases with films and surroundings, by their expected.md, as checks by program."""

# ruff: noqa: N802 - a check is named as its case

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

from tests.campaigns.case import Case, check, word_errors
from tests.e2e.conftest import ROOT, ffmpeg

USUAL = ("film.en.srt", "film.en.vtt", "film.en.ass", "film.json", "film.rttm", "film.subtitled.mkv")


def _same_files(case: Case, one: str, other: str) -> None:
    for name in USUAL:
        a, b = case.file(f"{one}/{name}"), case.file(f"{other}/{name}")
        if a.is_file() and b.is_file():
            case.need(a.read_bytes() == b.read_bytes(), f"{one}/{name} differs from {other}/{name}")
    case.file(f"{other}/film.report.html")


@check
def A01(case: Case) -> None:
    film, mono = case.folder / "film.mkv", case.folder / "mono.mkv"
    ffmpeg("-i", film, "-map", 0, "-c:v", "copy", "-af", "pan=mono|c0=c0", "-c:a", "flac", mono)
    case.run("run", "mono.mkv", "--language", "en")
    right = case.words("mono.en.srt")
    case.run("run", "film.mkv", "--language", "en", status={0, 6})
    case.need(not (case.folder / "film.und.srt").exists(), "film.und.srt instead of film.en.srt")
    if case.said(r"cancel") and case.degraded():
        case.notes.append("it is said that the channels cancel each other")
        return
    rate = word_errors(right, case.words("film.en.srt"))
    case.notes.append(f"word error rate against one channel: {rate:.2f}")
    case.need(rate <= 0.15, f"word error rate {rate:.2f} against the film with one channel")


@check
def A05(case: Case) -> None:
    for name in ("vbr.mp3", "bare.aac"):
        case.run("run", name, "--language", "en", "--strict")
        case.need(not case.said("ends early"), f"{name}: ends early")
        case.need(not case.degraded(), f"{name}: degraded: {case.degraded()}")
        case.need(abs(case.seconds() - 30) < 1, f"{name}: lasts {case.seconds():.1f} s")
    picture = ("-f", "lavfi", "-i", "testsrc2=s=128x72:r=25:d=24")
    sound = ("-t", 24, "-i", case.speech, "-map", "0:v", "-map", "1:a")
    ffmpeg(
        *picture, *sound, "-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", case.folder / "whole.mkv"
    )
    content = (case.folder / "whole.mkv").read_bytes()
    (case.folder / "cut.mkv").write_bytes(content[: len(content) * 6 // 10])
    case.run("run", "cut.mkv", "--language", "en", "--strict", status=6)
    case.need(case.said("ends early"), "a film that was cut off is not told of")


@check
def A08(case: Case) -> None:
    case.run("run", "film.ts", "--language", "en")
    case.need(abs(case.seconds() - 48) < 1.5, f"the film lasts {case.seconds():.1f} s")
    case.run("run", "film.ts", "--language", "en", "--clip", "26-44", "-o", "clip", status={0, 6})
    for start, end, _ in case.cues("clip/film.en.srt"):
        case.need(25.9 <= start < end <= 44.1, f"a cue of the clip at {start:.1f}-{end:.1f} s")
    whole = [
        w for s, e, text in case.cues("film.en.srt") if s >= 26 and e <= 44 for w in text.lower().split()
    ]
    rate = word_errors(
        whole, [w for _, _, text in case.cues("clip/film.en.srt") for w in text.lower().split()]
    )
    case.notes.append(f"clip against the whole film: {rate:.2f}")
    case.need(not case.said("cannot be decoded"), "it is said that the picture cannot be decoded")
    case.run("run", "film.ts", "--language", "en", "--clip", "60-70", "-o", "beyond", status={2, 4})


@check
def N01(case: Case) -> None:
    folder = os.fsencode(case.folder)
    odd = next(os.fsencode(path.name) for path in case.folder.glob("*.mkv"))
    shutil.copy(folder + b"/" + odd, folder + b"/other.mkv")
    names = [os.fsdecode(b"./" + odd), "./other.mkv"]
    case.run("run", *names, "--language", "en", status={0, 2, 4, 5})
    case.file("other.en.srt")
    if os.path.lexists(folder + b"/" + odd[:-4] + b".en.srt"):
        case.notes.append("it runs, and its files have the same bytes in their names")
    else:
        case.need(case.said("rename"), "no subtitles, and nobody says to rename it")
    case.run("runs", "ls")
    case.need(not case.said("killed"), "runs ls calls the run killed")


@check
def N02(case: Case) -> None:
    case.run("run", "~holiday 2019.mkv", "--language", "en")
    case.file("~holiday 2019.en.srt")
    films = sorted(path.name for path in case.folder.glob("*.mkv") if "subtitled" not in path.name)
    case.run("run", *films, "--language", "en")
    case.file("second.en.srt")


@check
def N06(case: Case) -> None:
    for name in ("Session_S1-S120000", "Show 1x02-1x30250"):
        before = os.times()
        case.run("run", f"{name}.mkv", "--language", "en", "--until", "subtitles", status={0, 6})
        after = os.times()
        spent = after.children_user - before.children_user
        case.notes.append(f"{spent:.0f} s of processor time")
        case.need(spent < 240, f"{name}: {spent:.0f} s of processor time")
        case.file(f"{name}.en.srt")


@check
def O02(case: Case) -> None:
    product = case.folder / "product"
    product.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (product / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, product / name)
    environment = {key: value for key, value in os.environ.items() if key not in {"HOME", "ORCHESTRATOR_BIN"}}
    words = ["./install.sh", "--offline", "--no-doctor", "--envs", "media"]
    done = subprocess.run(
        words, cwd=product, env=environment, capture_output=True, text=True, check=False, timeout=1200
    )
    text = done.stdout + done.stderr
    case.need("parameter not set" not in text, text.strip().splitlines()[-1] if text.strip() else "")
    if done.returncode == 0:
        case.notes.append("it installs")
    elif "parameter not set" not in text:
        last = text.strip().splitlines()[-1] if text.strip() else "nothing"
        case.need(
            re.search("HOME|ORCHESTRATOR_BIN|offline|network", text), f"status {done.returncode}: {last}"
        )
        case.notes.append(f"status {done.returncode}: {last}")


@check
def O03(case: Case) -> None:
    case.run("run", "film.mkv", "--language", "en", "-o", "usual")
    case.run("run", "film.mkv", "--language", "en", "-o", "noerr", through='exec "$@" 2>&-')
    case.run("run", "film.mkv", "--language", "en", "-o", "none", through='exec "$@" <&- >&- 2>&-')
    for folder in ("noerr", "none"):
        _same_files(case, "usual", folder)


@check
def O04(case: Case) -> None:
    gone = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    film = case.folder / "film.mkv"
    empty = str(case.folder / "home")
    case.run("run", film, "--language", "en", through=gone, ORCHESTRATOR_HOME=empty, PYTHONPATH=str(ROOT))
    for name in (*USUAL, "film.report.html"):
        case.file(name)
    case.run("run", "film.mkv", "--language", "en", through=gone, status={2, 4}, PYTHONPATH=str(ROOT))


@check
def O09(case: Case) -> None:
    case.run("run", "film.mkv", "--language", "en", "-o", "usual")
    empty = str(case.folder / "home")
    case.run("run", "film.mkv", "--language", "en", "-o", "two", PYTHONOPTIMIZE="2", ORCHESTRATOR_HOME=empty)
    _same_files(case, "usual", "two")


@check
def C01(case: Case) -> None:
    case.run("run", "film.ts", "--language", "en")
    case.cues("film.en.srt")
    case.file("film.subtitled.mkv")
    said = case.said(r"(stream|track|data)[^.;]*(left out|not in|omitted|dropped|not copied|cannot be)")
    case.need(said, "it is not said that one stream is not in the new film")


_CLOCK = """
import av, json, sys
out = {}
for name in sys.argv[1:]:
    with av.open(name) as film:
        start = (film.start_time or 0) / 1e6
        sound = film.streams.audio[0]
        first, subs = None, []
        for packet in film.demux():
            if packet.pts is None:
                continue
            when = float(packet.pts * packet.time_base)
            if packet.stream.index == sound.index and first is None:
                first = when
            if packet.stream.type == "subtitle" and packet.size:
                subs.append((packet.stream.index, when))
        last = max((index for index, _ in subs), default=None)
        own = min((index for index, _ in subs), default=None)
        out[name] = [start, first, sorted(when for index, when in subs if index in (own, last))]
print(json.dumps(out))
"""


@check
def C02(case: Case) -> None:
    case.run("run", "film.ts", "--language", "en")
    new = case.file("film.subtitled.mkv")
    cues = case.cues("film.en.srt")
    found = case.media(_CLOCK, case.folder / "film.ts", new) if new.is_file() else None
    if not case.need(found, "the two films cannot be read"):
        return
    old_start, old_sound, _ = found[str(case.folder / "film.ts")]
    _, new_sound, shown = found[str(new)]
    behind = [start - (old_sound - old_start) for start, _, _ in cues]
    off = [min((abs(when - new_sound - wanted) for when in shown), default=9.0) for wanted in behind]
    case.notes.append(f"cues are off by at most {max(off, default=9.0) * 1000:.0f} ms")
    case.need(off and max(off) <= 0.08, f"a cue lies {max(off, default=9.0):.3f} s off its sound")


@check
def C03(case: Case) -> None:
    case.run("run", "film.m2ts", "--language", "en", status={0, 1, 4, 6})
    case.cues("film.en.srt")
    if (case.folder / "film.subtitled.mkv").is_file():
        case.need(case.ended and case.ended.status in {0, 6}, "a film, and yet a failure")
        case.need(case.said(r"flac|lossless|pcm"), "it is not said that a track was converted")
    else:
        case.need(
            case.said("pcm_bluray|Blu-ray") and case.said("--no-mux|container"), "no film, and no remedy"
        )


@check
def C06(case: Case) -> None:
    content = (case.folder / "cover.mp3").read_bytes()
    bmp = content[content.index(b"BM", content.index(b"image/bmp")) :][: _bmp_size(content)]
    webp = case.folder / "t.webp"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x96:d=1:r=1", "-frames:v", 1, "-c:v", "libwebp", webp)
    picture = b"\0image/webp\0\3\0" + webp.read_bytes()
    frame = b"APIC" + len(picture).to_bytes(4, "big") + b"\0\0" + picture
    size = bytes(len(frame) >> 7 * k & 127 for k in (3, 2, 1, 0))
    sound = content[10 + sum(content[6 + k] << 7 * (3 - k) for k in range(4)) :]
    (case.folder / "second.mp3").write_bytes(b"ID3\3\0\0" + size + frame + sound)
    for name, cover in (("cover", bmp), ("second", webp.read_bytes())):
        case.run("run", f"{name}.mp3", "--language", "en")
        new = next(iter(case.folder.glob(f"{name}.subtitled.*")), None)
        if case.need(new, f"{name}.mp3: no new film"):
            case.need(new and cover in new.read_bytes(), f"{name}.mp3: the cover is not in it, byte by byte")


def _bmp_size(content: bytes) -> int:
    at = content.index(b"BM", content.index(b"image/bmp"))
    return int.from_bytes(content[at + 2 : at + 6], "little")


@check
def C07(case: Case) -> None:
    case.run("run", "film.mkv", "--language", "en", status={0, 6})
    new = case.file("film.subtitled.mkv")
    code = (
        "import av, json, sys\nwith av.open(sys.argv[1]) as film:\n"
        "    start = (film.start_time or 0) / 1e6\n"
        "    print(json.dumps({c['metadata'].get('title', ''): float(c['start'] * c['time_base']) - start"
        " for c in film.chapters()}))"
    )
    chapters = case.media(code, new) if new.is_file() else None
    if not case.need(chapters, "the chapters of the new film cannot be read"):
        return
    for title, start in (("Within", 6.0), ("Across", 0.0)):
        there = chapters.get(title)
        case.need(there is not None and abs(there - start) < 0.1, f"{title} begins at {there} s, not {start}")
    case.need("Before" in chapters or case.said("chapter"), "the loss of the chapter 'Before' is not told of")


@check
def C09(case: Case) -> None:
    case.run("run", "film.mkv", "--language", "en", status={0, 6})
    new = case.file("film.subtitled.mkv")
    read = ["mkvmerge", "-J", str(new)]
    tracks = json.loads(subprocess.run(read, capture_output=True, text=True, check=False).stdout).get(
        "tracks", []
    )
    tags = {str(track["properties"].get(key)) for track in tracks for key in ("language_ietf", "track_name")}
    lost = [tag for tag in ("pt-BR", "pt-PT", "zh-Hans", "zh-Hant") if not any(tag in one for one in tags)]
    case.notes.append(f"kept: {', '.join(sorted(tags - {'None'}))}")
    case.need(
        not lost or (case.degraded() and case.said("BCP|language tag|pt-BR")), f"lost without a word: {lost}"
    )
