"""How well `align --keep-cues` keeps the cues of a file, and where it puts them.

    orchestrator align FILM --text TRUTH.srt --keep-cues --no-mux --output-dir OUT
    .venv/bin/python benchmarks/kept_cues.py TRUTH.srt OUT/FILM.LANG.srt

Counted are the cues of the truth in which somebody speaks, those whose lines the result has letter by letter,
and of these the share that begins within 100 and 300 ms of the truth.
"""

from __future__ import annotations

import sys
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

from stage_runners.subtitle_files.plain_cues import plain_cues

truth, result = (plain_cues(Path(name).read_text(encoding="utf-8-sig")) for name in sys.argv[1:3])
truth = [cue for cue in truth if cue.said]
blocks = SequenceMatcher(
    None, [cue.lines for cue in truth], [cue.lines for cue in result], autojunk=False
).get_matching_blocks()
pairs = [(truth[block.a + k], result[block.b + k]) for block in blocks for k in range(block.size)]
late = [ours.start - theirs.start for theirs, ours in pairs]
print(f"{len(truth)} cues with speech, {len(pairs)} kept, of {len(result)} in the result")
if late:
    near = [sum(abs(one) <= most for one in late) / len(late) for most in (0.1, 0.3)]
    print(f"begin {median(late):+.3f} s (median) from the truth")
    print(f"within 100 ms {near[0]:.0%}, within 300 ms {near[1]:.0%}")
