"""A family of models: all models of one kind of network, in all repositories and layouts.

A family is a value: facts, and functions for facts that depend on a name, a folder or a device. The module of
a family ends with its `FAMILY`; `orchestrator.models.families` lists the families of each role.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.errors import FatalError
from orchestrator.models import folders
from orchestrator.models.embedded import Embedded
from orchestrator.models.footprint import Footprint, Weights, alternatives, parts


def _itself(name: str, _device: str) -> tuple[str, ...]:
    return (name,)


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelFamily:
    """A family of models. A `name` in its functions is a short name or a repository, without a revision."""

    name: str
    """Its identifier."""
    claims_name: Callable[[str], bool]
    """Whether a name belongs to the family."""
    short_names: tuple[str, ...] = ()
    """Names that can be downloaded, as a listing and error messages show them."""
    short_name: Callable[[str], str] = lambda repository: repository
    """The name under which a listing shows a repository."""
    packaged: tuple[str, ...] = ()
    """Names without a file: their weights, if any, are part of the packages of their stage."""
    embedded: tuple[Embedded, ...] = ()
    """Models that packages of the environment `models` hold, the default first."""
    refusal: Callable[[str], FatalError | None] = lambda _name: None
    """The error for a name that must not be used; None if it may be."""

    weights: Mapping[str, tuple[str, ...]]
    """The layouts of its folders, each with the files of which such a folder holds one."""
    layout_of: Callable[[Path], str | None]
    """The layout of the complete model in a folder; None if there is none. Reads one small file."""
    read_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The layouts that a device can use, as they are or converted, best first. `""` stands for all other
    devices. If this is empty, every device can use every layout."""
    conversion: Callable[[str, str], str] = lambda _layout, _device: ""
    """The first word of the folder with a layout's conversion for a device; empty if none is needed."""
    compute_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The number formats by device, the default first. Without them, the table of recommendations decides."""
    formats_in: Callable[[Path], tuple[str, ...]] = lambda _folder: ()
    """The number formats that a folder has files for; empty if every file serves all of `compute_types`."""
    runs_code: bool = False
    """Whether a model's folder holds code that runs as the model is loaded."""
    requires: str = ""
    """Completes "it holds no ..." for a folder without a model; empty for a family without folders."""
    single_file: bool = False
    """Whether a file alone can be a model."""

    repositories: Callable[[str, str], tuple[str, ...]] = _itself
    """The repositories that may hold the model of a name for a device, the best first."""
    other_repositories: Callable[[Path], list[str]] = lambda _folder: []
    """The repositories, as `owner/name` or `owner/name@revision`, that a folder's model takes parts from."""
    looks_like_one: Callable[[str, Path], bool] = lambda _repository, _folder: True
    """Whether a listing shows a cached repository: a guess where other models share its layout."""
    environment: str = ""
    """The environment whose huggingface_hub downloads the model."""
    allow: tuple[str, ...] = ()
    """Patterns of the files to download; empty for all."""
    allow_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further patterns by device; `""` stands for all other devices."""
    ignore: tuple[str, ...] = ()
    """Patterns of the files not to download."""
    gated: frozenset[str] = frozenset()
    """Gated repositories: users must accept their conditions and have a token."""
    licences: Mapping[str, str] = field(default_factory=dict)
    """The licences of repositories, as far as they are known."""

    languages: Callable[[str, Path], frozenset[str] | None] = lambda _name, _folder: None
    """The codes of the languages that a model (name, folder) writes; None if they are not known."""
    translates_to: Callable[[str], frozenset[str] | None] = lambda _name: frozenset()
    """The codes of the languages that a model translates to; None if they are not known."""
    smaller: Callable[[str], tuple[str, ...]] = lambda _name: ()
    """The names of smaller models that can replace a model, the largest first."""
    memory_mb: Callable[[str], int] = lambda _name: 0
    """The memory in MB that a model takes while it is loaded; 0 if it is not known."""
    footprint: Footprint | None = None
    """What its models take in memory by their files; None if the stage's declaration is enough for all."""

    download_mb: Callable[[str], int] = lambda _name: 0
    """The size in MB of a model's download; 0 if it is not known."""
    download_mb_on: Mapping[str, int] = field(default_factory=dict)
    """Its size for the devices that other files are downloaded for."""

    def formats(self, folder: Path, device: str) -> tuple[str, ...]:
        """The number formats in which the model in `folder` computes on a device, the default first.

        Those of `compute_types` that the folder has files for; empty if the table of recommendations decides.
        """
        possible, there = self.compute_types.get(device, ()), self.formats_in(folder)
        return tuple(one for one in possible if one in there) or possible

    def claims(self, asked: str) -> bool:
        """Say whether a name, a repository (also with a revision) or a folder belongs to this family."""
        if self.embedded_model(asked) or asked in self.packaged:
            return True
        path = local_path(asked)
        if path is not None:
            return self.layout_of(path) is not None if path.is_dir() else self.single_file
        return self.claims_name(asked.partition("@")[0])

    def embedded_model(self, asked: str) -> Embedded | None:
        """Return the embedded model of this name or alias."""
        return next((model for model in self.embedded if asked in (model.name, *model.aliases)), None)

    def layouts(self, device: str) -> tuple[str, ...]:
        """Return the layouts that a device can use, the best first."""
        return self.read_by.get(device, self.read_by.get("", tuple(self.weights)))

    def usable(self, folder: Path, device: str) -> bool:
        """Say whether the folder has a complete model that the device can use."""
        return self.layout_of(folder) in self.layouts(device)

    def size_mb(self, name: str, device: str) -> int:
        """Return the size in MB of a model's download for a device; 0 if it is not known."""
        return self.download_mb_on.get(device) or self.download_mb(name)

    def loaded(self, folder: Path, compute_type: str) -> Weights:
        """Return the weights in a folder that a number format takes; of size 0 if they are not known."""
        layout = self.layout_of(folder) if folder != Path() else None
        if layout is None:
            return Weights()
        own = self.footprint.files.get(compute_type, ()) if self.footprint else ()
        found = parts(folder, own)
        return found if found.mb else alternatives(folder, self.weights[layout])

    def files(self, device: str) -> tuple[str, ...]:
        """Return the patterns of the files to download for a device; empty for all."""
        return (*self.allow, *self.allow_on.get(device, self.allow_on.get("", ())))

    def marks(self, device: str) -> tuple[str, ...]:
        """Return the files of which a repository must hold one to have a model that the device can use."""
        files = (file for layout in self.layouts(device) for file in self.weights[layout])
        return tuple(dict.fromkeys(files))

    def lacks(self, folder: Path) -> str:
        """Return, as a part of a sentence, what a folder lacks; empty for a family without folders."""
        for index in dict.fromkeys(file for files in self.weights.values() for file in files):
            if piece := folders.absent_piece(folder / index):
                return f"it lacks {piece}, which {index} lists"
        return f"it holds no {self.requires}" if self.requires else ""


PATHS = ("/", "./", "../", "~")
"""What begins like this is a path, and everything else a name."""


def is_path(asked: str) -> bool:
    """Say whether `asked` is a path: a name is none, even if the current folder has a file of that name.

    The current folder may be a stranger's, with a folder `openai/whisper-large-v3` of his own.
    """
    return asked.startswith(PATHS) or asked in {".", ".."}


def local_path(asked: str) -> Path | None:
    """Return the file or folder that `asked` names; None if there is none, or `asked` is no path."""
    if not is_path(asked):
        return None
    try:
        path = Path(asked).expanduser()
    except RuntimeError:  # "~somebody", and there is no such user
        return None
    return path if path.exists() else None


def by_files(weights: Mapping[str, tuple[str, ...]]) -> Callable[[Path], str | None]:
    """Return a `layout_of` for layouts that their files alone tell apart; the first one in `weights` wins."""

    def layout_of(folder: Path) -> str | None:
        layouts = (
            layout
            for layout, files in weights.items()
            if any(folders.is_whole(folder / file) for file in files)
        )
        return next(layouts, None)

    return layout_of
