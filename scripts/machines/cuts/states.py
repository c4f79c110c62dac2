"""What a power cut can leave on a disk: everything that was flushed, and any part of what was not, by sectors of 512 bytes."""

import hashlib
import mmap
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from .write_log import SECTOR, ZEROES, Flush, Write

KEPT = -2
"""In a layer, instead of a place in the log: the sector is as it was at the last flush."""
FEW = 8
SMALL = 64
"""Writes that may be lost or come alone in one state; writes of an epoch up to which any half of it is tried."""
ZERO = bytes(SECTOR)

Layer = Mapping[int, int]


@dataclass(frozen=True)
class Region:
    """A part of the disk, in sectors, that is judged by itself."""

    name: str
    start: int
    count: int

    @property
    def end(self) -> int:
        return self.start + self.count


@dataclass
class State:
    """The disk as it may be after a cut behind the entry `position` of the log."""

    position: int
    kind: str
    """flushed, prefix (everything so far), lost (of it some), alone (of it only some), half (any of it)."""
    layers: Sequence[Layer]
    """Sectors with where in the log their content is; what stands in an earlier layer counts."""
    names: dict[str, int]
    """For each region a number that is the same only where its content is."""
    flushes: int
    """How many flushes came before it."""
    promise: int
    """What was promised before it: see Disk."""

    def changes(self, region: Region) -> Iterator[tuple[int, int]]:
        """Sectors of a region, with the places of their content, that differ from the last flush."""
        seen: set[int] = set()
        for layer in self.layers:
            for sector, place in layer.items():
                if region.start <= sector < region.end and sector not in seen:
                    seen.add(sector)
                    if place != KEPT:
                        yield sector, place


class Disk:
    """The disk while the log is played: what is flushed, and what came since.

    `promises`: from these writes on the machine has told somebody something that must never be taken back, which only grows.
    """

    def __init__(
        self, base: mmap.mmap, log: mmap.mmap, regions: Sequence[Region], promises: Mapping[Write, int]
    ) -> None:
        self._base, self._log, self.regions = base, log, regions
        self._promises = promises
        self._flushed: dict[int, int] = {}
        self._open: dict[int, int] = {}
        self._epoch: list[Write] = []
        self._flushed_names = {region.name: 0 for region in regions}
        self._names = dict(self._flushed_names)
        self.flushes = 0
        self.promise = 0
        self.flushed_since: list[Write] = []
        """The writes of the epoch that the last flush ended."""

    def states(
        self, entries: Sequence[Write | Flush], samples: int, seed: int, ended: Callable[[], None] = lambda: None
    ) -> Iterator[State]:
        """The states of all cuts: the prefix after every write, and `samples` of others beside it, chosen by `seed`.

        `ended` is called after every flush, when what it made sure of is in `flushed_since`.
        """
        yield self._state(0, "flushed", [], self._flushed_names)
        for position, entry in enumerate(entries, 1):
            if isinstance(entry, Write):
                self._write(entry)
                yield self._state(position, "prefix", [self._open], self._names)
                choice = random.Random(f"{seed} {position}")
                for _ in range(samples):
                    yield self._sample(position, choice)
            elif self._flush():
                ended()
                yield self._state(position, "flushed", [], self._flushed_names)

    def content(self, sector: int, place: int) -> bytes:
        if place == ZEROES:
            return ZERO
        if place == KEPT:
            place = self._flushed.get(sector, KEPT)
            if place == KEPT:
                return self._base[sector * SECTOR : (sector + 1) * SECTOR]
            return self.content(sector, place)
        return self._log[place : place + SECTOR]

    def write_to(self, file: BinaryIO, region: Region, sectors: Iterator[tuple[int, int]]) -> None:
        """Writes sectors into a copy of a region."""
        for sector, place in sectors:
            file.seek((sector - region.start) * SECTOR)
            file.write(self.content(sector, place))

    def sectors(self, write: Write, region: Region) -> Iterator[tuple[int, int]]:
        for sector in range(max(write.sector, region.start), min(write.end, region.end)):
            yield sector, write.place(sector)

    def _state(self, position: int, kind: str, layers: Sequence[Layer], names: Mapping[str, int]) -> State:
        return State(position, kind, layers, dict(names), self.flushes, self.promise)

    def _region(self, sector: int) -> Region | None:
        return next((region for region in self.regions if region.start <= sector < region.end), None)

    def _part(self, sector: int, place: int) -> int:
        """What a sector adds to its region's number: nothing where it is as in the beginning."""
        content = self.content(sector, place)
        if content == self._base[sector * SECTOR : (sector + 1) * SECTOR]:
            return 0
        return int.from_bytes(hashlib.blake2b(content, digest_size=16, key=sector.to_bytes(8, "little")).digest(), "little")

    def _write(self, write: Write) -> None:
        self.promise = max(self.promise, self._promises.get(write, 0))
        self._epoch.append(write)
        # A write lies in one region: they are aligned to more than a write's length is split at.
        region = self._region(write.sector)
        number = self._names[region.name] if region else 0
        for sector in range(write.sector, write.end):
            place = write.place(sector)
            if region:
                number ^= self._part(sector, self._open.get(sector, KEPT)) ^ self._part(sector, place)
            self._open[sector] = place
        if region:
            self._names[region.name] = number

    def _flush(self) -> bool:
        """Whether there was anything to flush."""
        if not self._epoch:
            return False
        self._flushed.update(self._open)
        self._flushed_names = dict(self._names)
        self.flushed_since = self._epoch
        self._open, self._epoch = {}, []
        self.flushes += 1
        return True

    def _sample(self, position: int, choice: random.Random) -> State:
        if len(self._epoch) <= SMALL and choice.random() < 0.5:
            happened = [write for write in self._epoch if choice.random() < 0.5]
            return self._alone(position, "half", self._torn(happened, choice, 0.3))
        few = choice.sample(self._epoch, choice.randint(1, min(FEW, len(self._epoch))))
        few.sort(key=self._epoch.index)
        if choice.random() < 0.5:
            return self._alone(position, "alone", self._torn(few, choice, 0.5))
        return self._lost(position, self._torn(few, choice, 0.5))

    @staticmethod
    def _torn(writes: Sequence[Write], choice: random.Random, share: float) -> list[tuple[Write, Sequence[int]]]:
        """Of each write the sectors that are meant; of a share of them not all."""
        found: list[tuple[Write, Sequence[int]]] = []
        for write in writes:
            sectors: Sequence[int] = range(write.sector, write.end)
            if write.count > 1 and choice.random() < share:
                if choice.random() < 0.5:
                    sectors = sectors[: choice.randint(1, write.count - 1)]
                else:
                    sectors = [sector for sector in sectors if choice.random() < 0.5]
            found.append((write, sectors))
        return found

    def _alone(self, position: int, kind: str, writes: Sequence[tuple[Write, Sequence[int]]]) -> State:
        """The last flush, and of what came since only this."""
        layer = {sector: write.place(sector) for write, sectors in writes for sector in sectors}
        return self._state(position, kind, [layer], self._changed(self._flushed_names, {}, layer))

    def _lost(self, position: int, writes: Sequence[tuple[Write, Sequence[int]]]) -> State:
        """Everything so far but this; what one of the others wrote to the same sector is there."""
        lost = {write: set(sectors) for write, sectors in writes}
        layer = {sector: KEPT for sectors in lost.values() for sector in sectors}
        low, high = min(layer, default=0), max(layer, default=0)
        for write in self._epoch:
            if write.end <= low or write.sector > high:
                continue
            gone = lost.get(write, ())
            for sector in range(max(write.sector, low), min(write.end, high + 1)):
                if sector in layer and sector not in gone:
                    layer[sector] = write.place(sector)
        return self._state(position, "lost", [layer, self._open], self._changed(self._names, self._open, layer))

    def _changed(self, names: Mapping[str, int], before: Layer, layer: Layer) -> dict[str, int]:
        """The regions' numbers when `layer` is laid over `before`."""
        found = dict(names)
        for sector, place in layer.items():
            region = self._region(sector)
            if region:
                found[region.name] ^= self._part(sector, before.get(sector, KEPT)) ^ self._part(sector, place)
        return found
