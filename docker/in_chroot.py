"""Carries out the Dockerfile's steps in a tree of files, and runs the result, where there is no Docker.

    python3 in_chroot.py build TREE [--build-arg NAME=VALUE ...] [--secret ID=FILE ...]
    python3 in_chroot.py run [--user UID:GID] [--volume FOLDER:TARGET ...] [--entrypoint WORD] TREE [WORDS...]

TREE is a fresh Debian, such as debootstrap makes; `build` changes it. `run` does what compose.yaml asks of
Docker: the tree is read-only; the command is the first of processes of its own, as an unprivileged user,
without capabilities, and without a network except its own loopback. Needs root, and `unshare`, `setpriv` and
`mount` of util-linux; standard library only.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "docker/Dockerfile"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CONFIG = "etc/image.json"
"""Where `build` leaves in the tree what `run` needs to know."""


@dataclass
class State:
    """What the steps so far have set."""

    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH, "HOME": "/root"})
    arguments: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The instructions: comments and empty lines removed, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


def words_of(text: str) -> list[str]:
    """The words of an instruction in JSON's form, or of one for a shell."""
    return list(json.loads(text)) if text.startswith("[") else ["/bin/sh", "-c", text]


class Build:
    """The steps, carried out in `tree`."""

    def __init__(self, tree: Path, given: dict[str, str], secrets: dict[str, str]) -> None:
        self.tree, self.given, self.secrets = tree, given, secrets
        self.state = State()
        self.ignored = [
            line
            for line in DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines()
            if line and not line.startswith("#")
        ]

    def step(self, name: str, rest: str) -> None:
        """Carry out one instruction; one that this file does not know is an error."""
        state = self.state
        if name in {"RUN", "COPY"}:
            getattr(self, name.lower())(rest)
        elif name == "ARG":
            key, _, value = rest.partition("=")
            state.arguments[key] = self.given.get(key, value)
        elif name == "ENV":
            for word in shlex.split(rest):
                key, _, value = word.partition("=")
                state.env[key] = self.expanded(value)
        elif name == "WORKDIR":
            state.workdir = str(Path(state.workdir) / self.expanded(rest))
            self.inside(state.workdir).mkdir(parents=True, exist_ok=True)
        elif name == "USER":
            state.user = self.expanded(rest)
        elif name == "ENTRYPOINT":
            state.entrypoint = words_of(rest)
        elif name == "CMD":
            state.command = words_of(rest)
        elif name == "HEALTHCHECK":
            state.healthcheck = words_of(rest.partition("CMD ")[2])
        elif name == "VOLUME":
            state.volumes.append(rest)
        elif name not in {"FROM", "EXPOSE"}:
            sys.exit(f"{DOCKERFILE}: {name} is not carried out here")

    def run(self, rest: str) -> None:
        """A command in the tree, with the arguments and variables so far; a secret is there meanwhile."""
        options = re.match(r"(--mount=\S+\s+)*", rest)
        command = rest[options.end() :] if options else rest
        mounts = []
        for mount in shlex.split(rest[: options.end()] if options else ""):
            parts = dict(part.split("=", 1) for part in mount.removeprefix("--mount=").split(","))
            if parts["type"] != "secret":
                sys.exit(f"{DOCKERFILE}: a mount of the type {parts['type']} is not carried out here")
            if parts["id"] in self.secrets:
                mounts.append((self.secrets[parts["id"]], parts["target"]))
        created = [target for _, target in mounts if not self.inside(target).exists()]
        for target in created:
            self.inside(target).touch()
        try:
            enter(
                self.tree, words_of(command), self.state.env | self.state.arguments, self.state.workdir,
                user=self.state.user, mounts=mounts, network=True,
            )  # fmt: skip
        finally:
            for target in created:
                self.inside(target).unlink()

    def copy(self, rest: str) -> None:
        """Files of the repository that the ignore file does not exclude."""
        *sources, target = shlex.split(rest)
        into = self.inside(str(Path(self.state.workdir) / target))
        for source in sources:
            path = ROOT / source
            for file in [path] if path.is_file() else self.files_in(path):
                place = into / file.relative_to(path.parent if path.is_file() else path)
                if path.is_file() and not (target.endswith("/") or into.is_dir()):
                    place = into
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, place)
                os.chown(place, 0, 0)

    def files_in(self, folder: Path) -> Iterator[Path]:
        """The files below a folder that are not excluded."""
        for base, folders, names in os.walk(folder):
            here = Path(base).relative_to(ROOT)
            folders[:] = [one for one in sorted(folders) if not self.excluded(here / one)]
            yield from (ROOT / here / one for one in sorted(names) if not self.excluded(here / one))

    def excluded(self, path: Path) -> bool:
        """Whether the ignore file excludes a path; its last pattern that fits decides."""
        heads = ["/".join(path.parts[: n + 1]) for n in range(len(path.parts))]
        result = False
        for line in self.ignored:
            pattern = line.removeprefix("!")
            anywhere = pattern.startswith("**/")
            tried = path.parts if anywhere else [one for one in heads if one.count("/") == pattern.count("/")]
            if any(fnmatch.fnmatch(one, pattern.removeprefix("**/")) for one in tried):
                result = not line.startswith("!")
        return result

    def expanded(self, text: str) -> str:
        """The text with `$NAME` and `${NAME}` of arguments and variables."""
        known = self.state.arguments | self.state.env
        return re.sub(r"\$\{?(\w+)\}?", lambda found: known.get(found[1], ""), text)

    def inside(self, path: str) -> Path:
        """A path of the image, in the tree."""
        return self.tree / path.lstrip("/")


def enter(
    tree: Path, words: Sequence[str], env: dict[str, str], workdir: str, *, user: str,
    mounts: Sequence[tuple[str, str]] = (), network: bool = False, sealed: bool = False,
) -> None:  # fmt: skip
    """Run a command in the tree with mounts and processes of its own; exits with its status if it fails.

    `sealed` makes the tree read-only and takes all capabilities away.
    """
    name, _, group = user.partition(":")
    numbers = [] if name == "root" else [f"--reuid={name}", f"--regid={group or name}", "--clear-groups"]
    less = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"] if sealed else []
    root = shlex.quote(str(tree))
    script = ["set -e", f"cd {root}", f"mount --bind {root} {root}", f"cd {root}", "mount -t proc proc proc"]
    script += ["mount -t tmpfs tmpfs tmp", "chmod 1777 tmp", "mount -t tmpfs tmpfs dev"]
    for device in ("null", "zero", "full", "random", "urandom"):
        script += [f"touch dev/{device}", f"mount --bind /dev/{device} dev/{device}"]
    script += ["mkdir dev/shm", "mount -t tmpfs tmpfs dev/shm", "ln -s /proc/self/fd dev/fd"]
    for number, kind in enumerate(("in", "out", "err")):
        script.append(f"ln -s /proc/self/fd/{number} dev/std{kind}")
    script.append("mount --bind /etc/resolv.conf etc/resolv.conf" if network else "ip link set lo up")
    script += [f"mount --bind {shlex.quote(source)} ./{shlex.quote(target)}" for source, target in mounts]
    if sealed:
        script += ["mount -o remount,bind,ro ."]
    inner = shlex.join(["setpriv", *numbers, *less, "--", *words])
    # The first process of the tree is the command itself, as in a container.
    script += [f"exec chroot . /bin/sh -c {shlex.quote(f'cd {shlex.quote(workdir)} && exec {inner}')}"]
    spaces = ["--mount", "--pid", "--fork", "--ipc", *([] if network else ["--net"])]
    with subprocess.Popen(["unshare", *spaces, "sh", "-c", "\n".join(script)], env=env) as process:
        status = process.wait()
    if status:
        sys.exit(status if status > 0 else 128 - status)


def build(arguments: argparse.Namespace) -> None:
    """Carry out every step, and say how long each took."""
    tree = arguments.tree.resolve()
    made = Build(tree, pairs(arguments.build_arg), pairs(arguments.secret))
    for number, (name, rest) in enumerate(instructions(DOCKERFILE.read_text()), start=1):
        print(f"step {number}: {name} {rest[:100]}", flush=True)
        started = time.monotonic()
        made.step(name, rest)
        if name in {"RUN", "COPY"}:
            print(f"  {time.monotonic() - started:.0f} s", flush=True)
    (tree / CONFIG).write_text(json.dumps(vars(made.state), indent=1))


def run(arguments: argparse.Namespace) -> None:
    """Run the image's command, or other words."""
    tree = arguments.tree.resolve()
    state = State(**json.loads((tree / CONFIG).read_text()))
    entrypoint = [arguments.entrypoint] if arguments.entrypoint else state.entrypoint
    words = state.healthcheck if arguments.healthcheck else [*entrypoint, *(arguments.words or state.command)]
    user = arguments.user or state.user
    mounts = [tuple(one.split(":", 1)) for one in arguments.volume]
    enter(tree, words, state.env, state.workdir, user=user, mounts=mounts, sealed=True)


def pairs(given: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` by name."""
    return dict(one.split("=", 1) for one in given)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("build")
    one.set_defaults(action=build)
    one.add_argument("tree", type=Path)
    one.add_argument("--build-arg", action="append", default=[])
    one.add_argument("--secret", action="append", default=[])
    other = commands.add_parser("run")
    other.set_defaults(action=run)
    other.add_argument("tree", type=Path)
    other.add_argument("--user")
    other.add_argument("--volume", action="append", default=[])
    other.add_argument("--entrypoint")
    other.add_argument("--healthcheck", action="store_true")
    other.add_argument("words", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    arguments.action(arguments)


if __name__ == "__main__":
    main()
