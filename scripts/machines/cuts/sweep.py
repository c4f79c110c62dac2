"""Judges every state that a cut can leave of a recorded machine."""

import mmap
import os
import shutil
import tempfile
import time
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import partitions
from .recording import Recording, promises
from .states import Disk, Region, State
from .write_log import SECTOR, Flush, Write, WriteLog

BUSY = 6
"""Copies of the data partition that may wait to be judged."""


@dataclass
class Outcome:
    """What a sweep came to."""

    writes: int = 0
    flushes: int = 0
    bytes: int = 0
    states: int = 0
    distinct: int = 0
    seconds: float = 0
    kinds: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    """States in which it was wrong, by what was wrong; one state may count for more than one."""
    failures: int = 0
    examples: dict[str, str] = field(default_factory=dict)

    def figures(self) -> dict[str, object]:
        return asdict(self) | {"seconds": round(self.seconds, 1), "kinds": dict(self.kinds), "failed": dict(self.failed)}


class Sweep:
    def __init__(self, recording: Recording, *, samples: int, seed: int, scratch: Path | None = None) -> None:
        self._recording = recording
        self._samples, self._seed = samples, seed
        self._folder = Path(tempfile.mkdtemp(prefix="aftercare-cuts.", dir=scratch))
        self._records = partitions.Records(recording.key) if recording.key else None
        self._loaders: dict[int, partitions.Loader] = {}
        self._slots: dict[tuple[str, int], list[str]] = {}
        self._data: dict[int, Future[partitions.Data]] = {}
        self._pending: deque[Future[partitions.Data]] = deque()

    def run(self) -> Outcome:
        begun = time.monotonic()
        outcome = Outcome()
        try:
            with WriteLog(self._recording.log) as log, open(self._recording.base, "rb") as file:
                base = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                with base, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                    self._play(base, log, pool, outcome)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        outcome.seconds = time.monotonic() - begun
        return outcome

    def _play(self, base: mmap.mmap, log: WriteLog, pool: ThreadPoolExecutor, outcome: Outcome) -> None:
        regions = list(self._recording.regions.values())
        entries = list(log)
        disk = Disk(base, log.data, regions, promises(log))
        self._flushed = {region.name: self._copy_of(base, region) for region in regions}
        outcome.writes = sum(isinstance(entry, Write) for entry in entries)
        outcome.flushes = sum(isinstance(entry, Flush) for entry in entries)
        outcome.bytes = sum(entry.count * SECTOR for entry in entries if isinstance(entry, Write))
        waiting: list[tuple[State, list[str], Future[partitions.Data], Future[partitions.Data]]] = []
        floor: Future[partitions.Data] | None = None
        seen: set[tuple[int, ...]] = set()
        for state in disk.states(entries, self._samples, self._seed, lambda: self._flush(disk)):
            outcome.states += 1
            outcome.kinds[state.kind] += 1
            seen.add(tuple(state.names.values()))
            wrong = self._start(disk, state)
            data = self._judge_data(disk, state, pool)
            if state.kind == "flushed":
                floor = data
            waiting.append((state, wrong, data, floor or data))
        outcome.distinct = len(seen)
        for state, wrong, data, floor_data in waiting:
            self._conclude(state, wrong, data.result(), floor_data.result(), outcome)

    def _conclude(
        self, state: State, wrong: list[str], data: partitions.Data, floor: partitions.Data, outcome: Outcome
    ) -> None:
        wrong = [*wrong, *data.wrong]
        if self._records:
            kept = list(floor.lines)
            if list(data.lines[: len(kept)]) != kept:
                wrong.append("the ledger lost an entry that had been flushed")
            if len(data.lines) < state.promise:
                wrong.append("the ledger lost an entry that somebody had been told of")
        if wrong:
            outcome.failures += 1
        for what in wrong:
            outcome.failed[what.split(":")[0]] += 1
            outcome.examples.setdefault(what.split(":")[0], f"after write {state.position}, {state.kind}: {what}")

    def _start(self, disk: Disk, state: State) -> list[str]:
        """What is wrong with what the loader would start."""
        name = state.names["loader"]
        if name not in self._loaders:
            with self._materialised(disk, state, "loader") as image:
                self._loaders[name] = partitions.loader(image, self._recording.environment)
        found = self._loaders[name]
        if found.environment is None:
            return list(found.wrong)
        sets = self._recording.starts(found.environment)
        if not sets:
            return ["the loader would start no slot set"]
        return [f"{what}: {each}" for each in dict.fromkeys(sets) for what in self._slot(disk, state, f"system-{each}")]

    def _slot(self, disk: Disk, state: State, region: str) -> list[str]:
        key = (region, state.names[region])
        if key not in self._slots:
            with self._materialised(disk, state, region) as image:
                whole = partitions.sha256(image) in self._recording.images.values()
                wrong = [] if whole else ["a slot set that would be started is no release"]
                self._slots[key] = wrong + partitions.file_system(image)
        return self._slots[key]

    def _judge_data(self, disk: Disk, state: State, pool: ThreadPoolExecutor) -> Future[partitions.Data]:
        name = state.names["data"]
        if name not in self._data:
            while len(self._pending) >= BUSY:
                self._pending.popleft().result()
            copy = self._materialised(disk, state, "data")
            self._data[name] = pool.submit(self._judged, copy)
            self._pending.append(self._data[name])
        return self._data[name]

    def _judged(self, copy: "Copy") -> partitions.Data:
        with copy as image:
            return self._records.judge(image) if self._records else partitions.Data((), partitions.file_system(image))

    def _copy_of(self, base: mmap.mmap, region: Region) -> Path:
        """A file with the region as it was at the last flush; holes where there is nothing."""
        path = self._folder / region.name
        step = 1 << 16
        with open(path, "wb") as file:
            file.truncate(region.count * SECTOR)
            for start in range(0, region.count * SECTOR, step):
                first = region.start * SECTOR + start
                data = base[first : min(first + step, region.end * SECTOR)]
                if data.strip(b"\0"):
                    file.seek(start)
                    file.write(data)
        return path

    def _flush(self, disk: Disk) -> None:
        """Brings the files of the regions to the flush that has just been."""
        for region in disk.regions:
            writes = [write for write in disk.flushed_since if region.start <= write.sector < region.end]
            if writes:
                with open(self._flushed[region.name], "r+b") as file:
                    for write in writes:
                        disk.write_to(file, region, disk.sectors(write, region))

    def _materialised(self, disk: Disk, state: State, name: str) -> "Copy":
        """A region as a file of its own, which is gone after use."""
        region = self._recording.regions[name]
        handle, path = tempfile.mkstemp(dir=self._folder, prefix=f"{name}-")
        os.close(handle)
        copy_sparse(self._flushed[name], Path(path))
        with open(path, "r+b") as file:
            disk.write_to(file, region, state.changes(region))
        return Copy(Path(path))


@dataclass(frozen=True)
class Copy:
    path: Path

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)


def copy_sparse(source: Path, target: Path) -> None:
    with open(source, "rb") as read, open(target, "wb") as write:
        size = os.fstat(read.fileno()).st_size
        write.truncate(size)
        position = 0
        while position < size:
            try:
                begin = os.lseek(read.fileno(), position, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(read.fileno(), begin, os.SEEK_HOLE)
            os.lseek(read.fileno(), begin, os.SEEK_SET)
            os.lseek(write.fileno(), begin, os.SEEK_SET)
            while begin < end:
                begin += os.sendfile(write.fileno(), read.fileno(), None, end - begin)
            position = end
