"""Every lock has a wheel for each platform and Python that it claims. Static: no network, no environment."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted([*ROOT.glob("envs/*/requirements.lock"), *ROOT.glob("requirements*.lock")])
PYTHONS = ("3.11", "3.12", "3.13")
# Debian 12 has glibc 2.36 and Ubuntu 22.04 has 2.35: what a stock machine of these years runs.
GLIBC = range(35, 4, -1)
PLATFORMS = {
    "linux-x86_64": ("linux", "x86_64", "Linux"),
    "linux-aarch64": ("linux", "aarch64", "Linux"),
    "macos-arm64": ("darwin", "arm64", "Darwin"),
}
MACOS = (14, 0)
SOURCE_ONLY = {
    # name: why it is fine without a wheel (pure Python that builds without a compiler)
}


def entries(lock: Path) -> list[tuple[str, str, str, frozenset[str]]]:
    """Return (name, version, marker, hashes) of each entry."""
    found = []
    for entry in re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", " ")):
        head, *hashes = re.split(r"\s+--hash=sha256:", entry.strip())
        requirement, _, marker = head.partition(" ; ")
        name, _, version = requirement.partition("==")
        found.append((name, version, marker, frozenset(h[:16] for h in hashes)))
    return found


def wheels() -> dict[str, list[tuple[str, frozenset[Tag]]]]:
    """Return, by `name==version`, the (hash start, tags) of the wheels known when the locks were made."""
    known: dict[str, list[tuple[str, frozenset[Tag]]]] = {}
    for line in (ROOT / "tests/data/wheels.txt").read_text().splitlines():
        digest, filename = line.split()
        name, version, _, tags = parse_wheel_filename(filename)
        known.setdefault(f"{name}=={version}", []).append((digest, tags))
    return known


def linux_platforms(machine: str) -> list[str]:
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    return [
        tag
        for minor in GLIBC
        for tag in (
            f"manylinux_2_{minor}_{machine}",
            *([f"{legacy[minor]}_{machine}"] if minor in legacy else []),
        )
    ]


def supported(python: str, platform: str) -> frozenset[Tag]:
    version = tuple(int(part) for part in python.split("."))
    machine = PLATFORMS[platform][1]
    names = list(mac_platforms(MACOS, "arm64")) if platform == "macos-arm64" else linux_platforms(machine)
    abi = f"cp{version[0]}{version[1]}"
    return frozenset([*cpython_tags(version, [abi], names), *compatible_tags(version, abi, names)])


def environment(python: str, platform: str) -> dict[str, str]:
    sys_platform, machine, system = PLATFORMS[platform]
    return {
        "python_version": python, "python_full_version": f"{python}.7", "implementation_name": "cpython",
        "platform_python_implementation": "CPython", "sys_platform": sys_platform, "platform_system": system,
        "platform_machine": machine, "os_name": "posix", "platform_release": "", "platform_version": "",
        "implementation_version": f"{python}.7",
    }  # fmt: skip


def foreign(lock: Path, platform: str) -> str:
    """Return the platform whose wheels this environment takes (only the weights in them are wanted)."""
    asked = lock.parent / "pyproject.toml"
    own = tomllib.loads(asked.read_text()).get("tool", {}).get("orchestrator", {})
    return {"x86_64-manylinux_2_28": "linux-x86_64"}.get(own.get("wheels-of", {}).get(platform, ""), platform)


def where(lock: Path) -> str:
    return str(lock.relative_to(ROOT))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS, ids=where)
def test_every_pinned_package_has_a_wheel_on_each_supported_platform(
    lock: Path, python: str, platform: str
) -> None:
    known, tags = wheels(), supported(python, foreign(lock, platform))
    missing = []
    for name, version, marker, hashes in entries(lock):
        if marker and not Marker(marker).evaluate(environment(python, platform)):
            continue
        fitting = [
            digest
            for digest, theirs in known.get(f"{canonicalize_name(name)}=={version}", [])
            if theirs & tags
        ]
        if not set(fitting) & hashes and name not in SOURCE_ONLY:
            missing.append(f"{name}=={version}")
    assert not missing, f"no wheel on {platform} with Python {python}: {', '.join(missing)}"


@pytest.mark.parametrize("lock", LOCKS, ids=where)
def test_a_lock_pins_and_hashes_everything_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"^(-i|--index|--extra|--find|-e|#)", text, re.MULTILINE)
    for name, version, _, hashes in entries(lock):
        assert version, f"{name} is not pinned"
        assert hashes, f"{name} has no hash"


@pytest.mark.parametrize("lock", LOCKS, ids=where)
def test_a_lock_satisfies_its_requirements(lock: Path) -> None:
    asked = tomllib.loads((lock.parent / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = {name for name, *_ in entries(lock)}
    for requirement in asked:
        name = canonicalize_name(re.split(r"[<>=~!\[; ]", requirement, maxsplit=1)[0])
        assert name in locked, f"{name} is asked for and not locked: run envs/lock.py"


def test_all_locks_pin_the_same_version_of_torch() -> None:
    versions = {
        (name, version)
        for lock in LOCKS
        for name, version, *_ in entries(lock)
        if name in {"torch", "torchaudio", "torchcodec"}
    }
    assert len({name for name, _ in versions}) == len(versions), versions


def test_the_models_environment_holds_its_packages_and_nothing_else() -> None:
    asked = tomllib.loads((ROOT / "envs/models/pyproject.toml").read_text())["project"]["dependencies"]
    assert [
        f"{name}=={version}" for name, version, *_ in entries(ROOT / "envs/models/requirements.lock")
    ] == sorted(asked)


def test_films_are_read_by_one_version_of_the_library_on_every_python() -> None:
    """PyAV 19 removed an argument that opening a film takes, and needs Python 3.12."""
    for name in ("media", "nlp"):
        versions = {
            version
            for package, version, *_ in entries(ROOT / f"envs/{name}/requirements.lock")
            if package == "av"
        }
        assert len(versions) == 1, f"{name}: {versions}"
        assert int(versions.pop().partition(".")[0]) < 19
