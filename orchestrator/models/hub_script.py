"""The program that asks the Hugging Face Hub about a model and downloads it, in an environment of a stage.

It prints JSON lines: what there is (`commit`, `sizes`, `blobs`, `licence`, `gated`), then, if its input says
`go`, `broken` for each time that the connection broke and was tried again, and at last `path` or an error.
"""

from __future__ import annotations

SCRIPT = """
import json, pathlib, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
asked = json.loads(sys.argv[1])
blobs = pathlib.Path(asked["blobs"])
BROKEN = {"ChunkedEncodingError", "ProtocolError", "ReadError", "RemoteProtocolError", "ReadTimeout"}

def say(**line):
    print(json.dumps(line), flush=True)

def names(error):
    return [kind.__name__ for kind in type(error).__mro__]

def text(error):
    return (str(error).strip() or "no message").splitlines()[0]

def licence(card):
    found = card and (card.get("license_name") or card.get("license"))
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found or "")

def fetched():
    for pause in (1, 4, 0):
        try:
            return snapshot_download(asked["repository"], revision=asked["revision"] or None,
                                     allow_patterns=asked["allow"] or None, ignore_patterns=asked["ignore"])
        except Exception as error:
            if not pause or BROKEN.isdisjoint(names(error)):
                raise
            say(broken=text(error))
            time.sleep(pause)

def check(folder, files):
    import hashlib
    damaged = []
    for file in files:
        with (folder / file.rfilename).open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != file.lfs.sha256:
                damaged.append(file.rfilename)
    for name in damaged:
        (folder / name).resolve().unlink()
    if damaged:
        raise type("DamagedError", (Exception,), {})(", ".join(damaged))

try:
    from huggingface_hub import HfApi, constants, get_hf_file_metadata, hf_hub_url, snapshot_download
    from huggingface_hub.utils import GatedRepoError, filter_repo_objects
    constants.DOWNLOAD_CHUNK_SIZE = 1 << 20  # a piece that breaks off is lost: by default, of 10 MB
    about = HfApi().model_info(asked["repository"], revision=asked["revision"] or None, files_metadata=True)
    there = about.siblings or []
    files = [file.rfilename for file in there]
    if not all(map(str.isprintable, files)):
        raise ValueError("the name of a file in it has control characters")
    if asked["marks"] and not set(asked["marks"]) & set(files):
        raise type("UnfitError", (Exception,), {})()
    if any(name.startswith("model") and ".safetensors" in name for name in files):
        asked["ignore"].append("pytorch_model*.bin")
    wanted = list(filter_repo_objects(there, allow_patterns=asked["allow"] or None,
                                      ignore_patterns=asked["ignore"], key=lambda file: file.rfilename))
    gated = ""
    if asked["look"] and wanted:
        try:
            get_hf_file_metadata(hf_hub_url(asked["repository"], wanted[0].rfilename, revision=about.sha))
        except GatedRepoError as error:
            gated = text(error)
    named = {file.rfilename: file.lfs.sha256 if file.lfs else file.blob_id or "" for file in wanted}
    say(commit=about.sha, licence=licence(about.card_data), gated=bool(gated), blobs=named,
        sizes={file.rfilename: file.size or 0 for file in wanted})
    if sys.stdin.readline().strip() == "go":
        begun = pathlib.Path(asked["unfinished"]) / about.sha
        begun.parent.mkdir(parents=True, exist_ok=True)
        again = begun.exists()  # what an earlier try brought was perhaps never checked
        begun.touch()
        new = [file for file in wanted if file.lfs and (again or not (blobs / file.lfs.sha256).exists())]
        found = fetched()
        check(pathlib.Path(found), new)
        begun.unlink(missing_ok=True)
        say(path=found)
except Exception as error:
    say(names=names(error), text=text(error), errno=getattr(error, "errno", None))
"""
