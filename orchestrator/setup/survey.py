"""Asks the Hub about the items: how large, under which licence, and whether this user may have them."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from orchestrator.environments import registry
from orchestrator.errors import FatalError
from orchestrator.models import download, hub, hub_errors
from orchestrator.models.download import Offer
from orchestrator.setup.item import Item

_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is known of an item: whether it is `on_disk`, else what the Hub offers, or why it does not."""

    item: Item
    on_disk: bool = False
    offer: Offer | None = None
    error: FatalError | None = None

    @property
    def here(self) -> bool:
        """Whether nothing is missing, neither the model nor an environment."""
        return self.on_disk and not self.item.missing_environments

    @property
    def size(self) -> int:
        """Bytes of the download, by the Hub or else by this program's tables; 0 if unknown."""
        return self.offer.size if self.offer and self.offer.size else self.item.size

    @property
    def to_come(self) -> int:
        """Bytes that are not on this disk yet."""
        return 0 if self.on_disk else max(0, self.size - (self.offer.there if self.offer else 0))

    @property
    def licence(self) -> str:
        """The licence, by the Hub or else by this program's tables; the stricter one if both state one.

        Empty if nobody states it.
        """
        stated = self.offer.licence if self.offer else ""
        return self.item.licence if _non_commercial(self.item.licence) else stated or self.item.licence

    @property
    def non_commercial(self) -> bool:
        """Whether the licence forbids commercial use."""
        return _non_commercial(self.licence)


def _non_commercial(licence: str) -> bool:
    return "-nc" in licence.lower()


def of(items: Iterable[Item]) -> list[Found]:
    """What is known of each item; the Hub is asked about those that are not on this disk."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(one, items))


def one(item: Item) -> Found:
    """What is known of an item."""
    if item.on_disk:
        return Found(item=item, on_disk=True)
    if item.repository in item.family.gated and not hub.has_token():
        return Found(item=item, error=hub_errors.gated(item.repository))
    try:
        offer = download.look(
            item.family, item.repository, device=item.device, environment=_environment(item)
        )
    except FatalError as error:
        return Found(item=item, error=error)
    return Found(item=item, offer=offer, error=hub_errors.gated(item.repository) if offer.gated else None)


def _environment(item: Item) -> str:
    """An installed environment that has the Hub's library: the family's own, or another one's."""
    asking = (item.family.environment, "whisperx", "pyannote")
    return next((name for name in asking if name and registry.health(name) is None), "")
