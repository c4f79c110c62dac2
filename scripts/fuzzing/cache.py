"""What is kept between runs: corpora, findings, and how much was tried in all."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass
class Tally:
    """What came of trying one door, in one run or in all of them."""

    executions: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    findings: int = 0
    # Of the newest run: edges of the program's code that were reached, and what libFuzzer calls features.
    coverage: int = 0
    features: int = 0
    corpus: int = 0

    def add(self, other: Tally) -> None:
        """Takes in a later run."""
        self.executions += other.executions
        self.cpu_seconds += other.cpu_seconds
        self.seconds += other.seconds
        self.findings += other.findings
        if other.coverage:
            self.coverage, self.features = max(self.coverage, other.coverage), max(self.features, other.features)
        self.corpus = other.corpus or self.corpus


class Cache:
    """The folder of all that outlives a run; several runs at once may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def usual() -> Path:
        """~/.cache/aftercare/fuzz, or where the environment says."""
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(os.environ.get("AFTERCARE_CACHE") or Path(base) / "aftercare") / "fuzz"

    def corpus(self, door: str) -> Path:
        """Inputs that reached something new."""
        return self._made("corpora", door)

    def seeds(self, door: str) -> Path:
        """Valid inputs, written anew by each build."""
        return self._made("seeds", door)

    def findings(self, door: str) -> Path:
        """Inputs that broke something."""
        return self._made("findings", door)

    def words(self, door: str) -> Path:
        """The door's dictionary."""
        return self._made("words") / f"{door}.dict"

    def totals(self) -> dict[str, Tally]:
        """Everything that was ever tried, by door."""
        with self._locked() as totals:
            return totals

    def add(self, door: str, tally: Tally) -> None:
        """Adds a run to the totals."""
        with self._locked() as totals:
            totals.setdefault(door, Tally()).add(tally)

    def _made(self, *parts: str) -> Path:
        path = self.folder.joinpath(*parts)
        path.mkdir(parents=True, exist_ok=True)
        return path

    @contextmanager
    def _locked(self) -> Iterator[dict[str, Tally]]:
        path = self.folder / "totals.json"
        with open(self.folder / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = {field.name for field in fields(Tally)}
            stored = json.loads(path.read_text()) if path.exists() else {}
            totals = {
                door: Tally(**{name: value for name, value in tally.items() if name in known})
                for door, tally in stored.items()
            }
            yield totals
            beside = path.with_suffix(".new")
            beside.write_text(json.dumps({door: asdict(tally) for door, tally in totals.items()}, indent=2) + "\n")
            beside.replace(path)
