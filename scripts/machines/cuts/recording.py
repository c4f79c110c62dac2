"""What was recorded of a machine: its disk before, the log of what was written to it, and what is known of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import loader_rules
from .loader_rules import Environment
from .states import Region
from .write_log import SECTOR, Write, WriteLog

MARK = b"aftercare-told "
RULES: Mapping[str, Callable[[Environment], list[str]]] = {"aftercare": loader_rules.ours, "rauc": loader_rules.rauc}


def told(content: bytes) -> int:
    """Reads the first sector of a write: how many entries of the ledger somebody has been told of, or 0."""
    if not content.startswith(MARK):
        return 0
    return int(content[len(MARK) :].rstrip(b"\0").decode("ascii", "replace") or 0)


def promises(log: WriteLog) -> Mapping[Write, int]:
    """The notes in a log, each with what was told by then.

    A note without a number was made at once, before there was time to count: its number is that of the next one.
    """
    found: dict[Write, int] = {}
    at_once: list[Write] = []
    for entry in log:
        if not isinstance(entry, Write) or entry.offset < 0 or log.data[entry.offset : entry.offset + len(MARK)] != MARK:
            continue
        count = told(log.data[entry.offset : entry.offset + SECTOR])
        at_once.append(entry)
        if count:
            found.update(dict.fromkeys(at_once, count))
            at_once = []
    return found


@dataclass(frozen=True)
class Recording:
    """In a folder: `base`, the disk before; `log`; for Aftercare `device.pem`, the public key of the device."""

    folder: Path
    updater: str
    """aftercare or rauc."""
    regions: Mapping[str, Region]
    """loader, system-A, system-B, data."""
    environment: str
    """The environment block's path on the loader's partition."""
    images: Mapping[str, str]
    """The digests of all whole slots, by what they are called."""

    @property
    def base(self) -> Path:
        return self.folder / "base"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def key(self) -> Path | None:
        """None where there are no records to judge."""
        return self.folder / "device.pem" if self.updater == "aftercare" else None

    def starts(self, environment: Environment) -> list[str]:
        """All slot sets that would be started in the end, first to last."""
        return RULES[self.updater](environment)

    def save(self) -> None:
        regions = {name: [region.start, region.count] for name, region in self.regions.items()}
        known = {
            "updater": self.updater, "regions": regions, "environment": self.environment, "images": dict(self.images)}
        (self.folder / "recording.json").write_text(json.dumps(known, indent=2) + "\n")

    @classmethod
    def of(cls, folder: Path) -> "Recording":
        known = json.loads((folder / "recording.json").read_text())
        regions = {name: Region(name, *place) for name, place in known["regions"].items()}
        return cls(folder, known["updater"], regions, known["environment"], known["images"])
