"""What each part of the disk is worth after a cut, by tools that are not ours: e2fsck, mtools, grub-editenv, SQLite's own
check, and the auditor's program that shares no code with the agent."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..commands import REPOSITORY
from . import loader_rules


NOT_MARKED = "torn: the last write was cut short, and the device has not marked it yet"


def ended(*arguments: str | Path) -> tuple[int, str]:
    said = subprocess.run([str(each) for each in arguments], capture_output=True, text=True, errors="replace", check=False)
    return said.returncode, (said.stdout + said.stderr).strip()[-300:]


@dataclass(frozen=True)
class Loader:
    """The partition that the loader reads: its environment, or why it has none."""

    environment: loader_rules.Environment | None
    wrong: Sequence[str] = ()


def loader(image: Path, environment: str) -> Loader:
    """`environment` is the block's path on the FAT file system."""
    copy = image.with_suffix(".grubenv")
    try:
        status, said = ended("mcopy", "-n", "-i", image, f"::{environment}", copy)
        if status != 0:
            return Loader(None, [f"the environment block cannot be found: {said}"])
        found = loader_rules.read(copy)
        return Loader(found, () if found is not None else ["grub-editenv cannot read the environment block"])
    finally:
        copy.unlink(missing_ok=True)


def file_system(image: Path) -> list[str]:
    """What is wrong with an ext4 after its journal was replayed, as at a mount. Changes the image."""
    status, said = ended("e2fsck", "-p", image)
    if status & ~1:
        return [f"e2fsck -p ends with {status}: {said}"]
    status, said = ended("e2fsck", "-f", "-n", image)
    return [f"e2fsck -fn ends with {status}: {said}"] if status else []


@dataclass(frozen=True)
class Data:
    """The partition that both slot sets share."""

    lines: Sequence[bytes]
    """A digest of each of the ledger's lines, oldest first."""
    wrong: Sequence[str] = ()


@dataclass
class Records:
    """Judges the agent's folder on a data partition; the same content only once."""

    key: Path
    """The public key of the device, PEM."""
    folder: str = "/aftercare"
    _known: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def distinct(self) -> int:
        return len(self._known)

    def judge(self, image: Path) -> Data:
        wrong = file_system(image)
        place = image.with_suffix(".records")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        try:
            ended("debugfs", "-R", f"rdump {self.folder} {place}", image)
            root = place / self.folder.strip("/")
            ledger = root / "ledger"
            wrong += self._judged(sorted(ledger.glob("*")), lambda: self._ledger(ledger))
            for name in ("state.db", "heartbeats.db"):
                files = sorted(root.glob(f"{name}*"))
                wrong += self._judged(files, lambda name=name: database(root / name))
            return Data(lines(ledger), wrong)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _judged(self, files: Sequence[Path], judge) -> list[str]:  # noqa: ANN001
        total = hashlib.sha256()
        for file in files:
            if file.is_file():
                content = file.read_bytes()
                total.update(f"{file.name} {len(content)}\n".encode() + content)
        name = total.hexdigest()
        with self._lock:
            known = self._known.get(name)
        if known is None:
            known = judge()
            with self._lock:
                self._known[name] = known
        return known

    def _ledger(self, folder: Path) -> list[str]:
        if not folder.is_dir():
            return ["there is no ledger"]
        verifier = REPOSITORY / "scripts/verify-ledger"
        result = subprocess.run([verifier, "--json", "--key", self.key, folder], capture_output=True, text=True, check=False)
        try:
            found = [finding["reason"] for finding in json.loads(result.stdout)["findings"]]
        except (ValueError, KeyError):
            return [f"verify-ledger ends with {result.returncode}: {(result.stdout + result.stderr)[-300:]}"]
        # An entry that nobody was told of may be there in part: the device marks it at its next start. Lost entries that
        # somebody was told of are found by their number.
        wrong = [reason for reason in found if NOT_MARKED not in reason]
        if result.returncode not in (0, 3) or result.returncode == 3 and not found:
            wrong.append(f"it ends with {result.returncode}")
        return [f"verify-ledger: {reason}" for reason in wrong]


def lines(ledger: Path) -> list[bytes]:
    """The whole lines of a ledger's segments, each as a digest."""
    found: list[bytes] = []
    for segment in sorted(ledger.glob("entries-*.jsonl")):
        whole = segment.read_bytes().split(b"\n")[:-1]
        found += [hashlib.blake2b(line, digest_size=16).digest() for line in whole]
    return found


def database(file: Path) -> list[str]:
    """What SQLite says of a database, after it has gone on with its write-ahead log."""
    if not file.exists():
        return []
    try:
        connection = sqlite3.connect(file)
        try:
            answer = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        finally:
            connection.close()
    except sqlite3.Error as error:
        return [f"{file.name}: {error}"]
    return [] if answer == ["ok"] else [f"{file.name}: {'; '.join(map(str, answer))[:300]}"]


def sha256(image: Path) -> str:
    with open(image, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


