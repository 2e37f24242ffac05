"""Films that name other files and servers: playlists under a film's name, MOVs with references, odd names."""

from __future__ import annotations

import struct
from pathlib import Path

_HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n"
PLAYLISTS = {
    "hls-http.mkv": _HLS + "{http}/1.ts\n#EXT-X-ENDLIST\n",
    "hls-http.m3u8": _HLS + "{http}/1.ts\n#EXT-X-ENDLIST\n",
    "hls-file.mp4": _HLS + "file://{canary}\n#EXT-X-ENDLIST\n",
    "hls-beside.m3u8": _HLS + "canary.ts\n#EXT-X-ENDLIST\n",
    "hls-master.mkv": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{http}/v.m3u8\n",
    "hls-key.mkv": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n"
    '#EXT-X-KEY:METHOD=AES-128,URI="{http}/key"\n#EXTINF:5,\n'
    "file:{canary}\n#EXT-X-ENDLIST\n",
    "hls-subfile.mkv": _HLS + "subfile,,start,0,end,0,,:{canary}\n"
    "#EXTINF:5,\nconcat:{canary}|{canary}\n#EXTINF:5,\ndata:video/mp2t;base64,AAAA\n#EXT-X-ENDLIST\n",
    "hls-mark.mkv": "\ufeff" + _HLS + "{http}/1.ts\n",
    "concat.mkv": "ffconcat version 1.0\nfile '{canary}'\n",
    "concat-http.avi": "ffconcat version 1.0\nfile '{http}/film.mkv'\n",
    "dash.mp4": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT5S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" '
    'bandwidth="1"><BaseURL>{http}/</BaseURL><SegmentList><SegmentURL media="1.m4s"/></SegmentList>'
    "</Representation></AdaptationSet></Period></MPD>\n",
    "sdp.mkv": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "rtsp.mov": "RTSPtextRTSP://127.0.0.1:{port}/film\n",
    "address.mkv": "{http}/film.mkv\n",
    "imf.mkv": '<?xml version="1.0"?>\n<CompositionPlaylist '
    'xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>urn:uuid:1</Id></CompositionPlaylist>\n',
    "script.avs": 'DirectShowSource("{canary}")\n',
    "script.vpy": "import os; os.system('touch {canary}')\n",
}
"""What playlists say, by the name of the film; `{http}` is a server, `{canary}` a file."""
NOT_FILMS = {
    "vobsub.mkv": "# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\n"
    "timestamp: 00:00:01:000, filepos: 000000000\n",
    "ted.mkv": '{{"captions":[{{"duration":1,"content":"x","startOfParagraph":true,"startTime":1}}]}}',
    "metadata.mkv": ";FFMETADATA1\ntitle=x\n",
    "cues.mkv": "1\n00:00:01,000 --> 00:00:02,000\nHello\n",
    "%03d.png": "\x89PNG",
}
"""Files that ffmpeg reads otherwise than as one film: with files beside them, or as patterns of names."""
NAMES = (
    "concat:canary.wav|canary.wav", "subfile,,start,0,end,9,,:canary.wav", "http:127.0.0.1", "pipe:0",
    "-i.wav", "film%03d.wav", "data:audio.wav", "crypto:film.wav", "film?.wav", "tee:a|b", "ab\ncd.wav",
    "fd:.wav",
)  # fmt: skip
"""Names of films that ffmpeg would take for protocols, patterns or options."""


def write_playlists(folder: Path, http: str, canary: Path) -> list[Path]:
    """Write all of them; returns their paths."""
    port = http.rpartition(":")[2]
    written = []
    for name, text in (PLAYLISTS | NOT_FILMS).items():
        written.append(folder / name)
        written[-1].write_text(text.format(http=http, canary=canary, port=port), encoding="latin-1"
                               if name == "%03d.png" else "utf-8")  # fmt: skip
    return written


def with_reference(mov: bytes, target: Path) -> bytes:
    """A QuickTime film whose first track has its samples in another file (an alias in `dref`).

    `mov` has its index behind its data, so that its offsets stay.
    """
    plain = struct.pack(">I4sI", 12, b"url ", 1)
    path = str(target).encode()
    path += b"\0" * (len(path) % 2)
    alias = b"\0" * 10 + b"\x01x" + b"\0" * 26 + b"\0" * 12 + b"\x01y" + b"\0" * 62 + b"\0" * 16
    alias += struct.pack(">HH", 1, 1) + b"\0" * 16 + struct.pack(">HH", 2, len(path)) + path + b"\xff\xff\0\0"
    own = struct.pack(">I4sI", len(alias) + 12, b"alis", 0) + alias
    at = mov.index(plain)
    grown = bytearray(mov[:at] + own + mov[at + len(plain) :])
    for box in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        place = grown.rindex(box, 0, at) - 4
        size = struct.unpack_from(">I", grown, place)[0]
        struct.pack_into(">I", grown, place, size + len(own) - len(plain))
    return bytes(grown)
