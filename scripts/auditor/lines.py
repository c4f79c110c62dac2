"""The lines of a ledger: read one after the other from its files, however long they are."""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from dataclasses import dataclass
from typing import BinaryIO

from . import canonical
from .report import Refused

ENTRY_LIMIT, FRAME_LIMIT = 65536, 1 << 20
EXACT = 2**53 - 1
HASH = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
CLOCKS = ("clock", "watermark", "unset")


def is_whole(value: object, low: int, high: int = EXACT) -> bool:
    return type(value) is int and low <= value <= high


def is_time(value: object) -> bool:
    """RFC 3339 in UTC with whole seconds, of a day that there is."""
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    return match is not None and match[1] != "0000" and 1 <= int(match[3]) <= monthrange(int(match[1]), int(match[2]))[1]


class Line:
    """One line: its bytes without the line feed (None where it is too long for anything), its hash, its place."""

    __slots__ = ("data", "ended", "hash", "length", "file", "offset", "_entry")

    def __init__(self, data: bytes | None, ended: bool, digest: bytes, length: int, file: int, offset: int) -> None:
        self.data, self.ended, self.hash, self.length = data, ended, digest, length
        self.file, self.offset = file, offset
        self._entry: dict | None | bool = False

    @property
    def entry(self) -> dict | None:
        """Its members, if the line is an entry (docs/ledger.md, Lines)."""
        if self._entry is False:
            self._entry = self._read() if self.ended and self.data is not None else None
        return self._entry

    def _read(self) -> dict | None:
        if len(self.data) > ENTRY_LIMIT:
            return None
        try:
            found = canonical.read(self.data)
        except Refused:
            return None
        if not isinstance(found, dict) or "body" not in found:
            return None
        get, sequence, previous = found.get, found.get("sequence"), found.get("previous")
        right = (is_whole(sequence, 1) and is_whole(get("group"), 1, sequence) and is_whole(get("uptime"), 0)
                 and is_whole(get("event"), -EXACT) and isinstance(get("boot"), str) and isinstance(get("type"), str)
                 and get("clock") in CLOCKS and is_time(get("time"))
                 and isinstance(previous, str) and HASH.fullmatch(previous))
        return found if right else None

    def frame(self, members: set[str]) -> dict | None:
        """Its members, if the line is an ended frame with exactly these."""
        if not self.ended or self.data is None or len(self.data) > FRAME_LIMIT:
            return None
        try:
            found = canonical.read(self.data)
        except Refused:
            return None
        if not isinstance(found, dict) or set(found) != members:
            return None
        rest = {name: value for name, value in found.items() if name != "digest"}
        return found if hashlib.sha256(canonical.encode(rest)).hexdigest() == found["digest"] else None


@dataclass
class Segment:
    """A file of lines, and the number that its name gives to the first."""

    file: BinaryIO
    number: int | None = None


class Lines:
    """All lines of some files in their order, with a look at the next one."""

    def __init__(self, segments: list[Segment]) -> None:
        self.segments = segments
        self.file, self.offset = 0, 0
        self.ahead: Line | None = None

    def peek(self) -> Line | None:
        """The next line without taking it; None at the end."""
        if self.ahead is None:
            self.ahead = self._read()
        return self.ahead

    def take(self) -> Line | None:
        line, self.ahead = self.peek(), None
        return line

    def _read(self) -> Line | None:
        while self.file < len(self.segments):
            file = self.segments[self.file].file
            data = file.readline(FRAME_LIMIT + 2)
            if data:
                break
            self.file, self.offset = self.file + 1, 0
        else:
            return None
        place, at = self.file, self.offset
        if data.endswith(b"\n"):
            self.offset += len(data)
            data = data[:-1]
            return Line(data, True, hashlib.sha256(b"\0" + data).digest(), len(data) + 1, place, at)
        digest, length, ended, kept = hashlib.sha256(b"\0" + data), len(data), False, data
        while not ended and (more := file.readline(FRAME_LIMIT)):
            kept, ended, length = None, more.endswith(b"\n"), length + len(more)
            digest.update(more[:-1] if ended else more)
        self.offset += length
        return Line(kept, ended, digest.digest(), length, place, at)

    def digest(self, start: Line, length: int) -> bytes:
        """The SHA-256 of `length` bytes from a line on, read once more."""
        digest, index, offset = hashlib.sha256(), start.file, start.offset
        while length and index < len(self.segments):
            file = self.segments[index].file
            at = file.tell()
            file.seek(offset)
            while length and (data := file.read(min(length, 1 << 20))):
                digest.update(data)
                length -= len(data)
            file.seek(at)
            index, offset = index + 1, 0
        return digest.digest()
