"""Loads a model's folder as a stage does; prints the error, or "loaded".

usage: hostile_folder_check.py LOADER FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ipc.errors import StageError


def load(loader: str, folder: Path) -> None:
    """Load `folder` with the loader of this name."""
    model = {"id": folder.name, "path": str(folder), "converted": str(folder.parent / "converted")}
    if loader == "wav2vec2":
        from stage_runners.alignment import wav2vec2_aligner

        wav2vec2_aligner.load({"_model": model}, "cpu")
    elif loader == "whisper":
        from stage_runners.whisper.ctranslate2 import weights

        weights.prepared(model)
    elif loader == "translation":
        from stage_runners.translation import ctranslate2_tokens

        ctranslate2_tokens.prepared(model)
    else:
        from stage_runners.translation import indictrans2_translator

        indictrans2_translator.load({"_model": model}, "cpu")


def main(loader: str, folder: Path) -> None:
    """Load it from inside the folder, whose Python files an import could find."""
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        load(loader, folder)
    except StageError as error:
        print(f"{error.category}: {error.message}; {error.hint}".replace("\n", " "))
    else:
        print("loaded")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
