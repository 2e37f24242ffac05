"""pyarrow without pandas, which no artifact needs.

Wherever pandas is installed, pyarrow imports it at the first array that is made or read: 0.6 s of CPU, in
every process of the environments that have it for another package.
"""

from __future__ import annotations

import sys
from typing import Any

_done = False


class _Hidden:
    """Hides pandas from the import system."""

    @staticmethod
    def find_spec(name: str, _path: Any = None, _target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def prepare() -> None:
    """Import what artifacts need, and let pyarrow find no pandas unless somebody has imported it already.

    pyarrow looks once, in two places: for arrays from Python, and for arrays to numpy. Others can import
    pandas afterwards; only pyarrow's conversions to and from it stay unavailable.
    """
    global _done
    if _done or "pandas" in sys.modules:
        return
    _done = True
    hidden: Any = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        import pyarrow as pa
        import pyarrow.compute
        import pyarrow.parquet

        pa.array([1.0, None]).to_numpy(zero_copy_only=False)
    finally:
        sys.meta_path.remove(hidden)
