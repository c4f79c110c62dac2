"""Frames of Zstandard (RFC 8878): their form is read here, their content is decoded by the `zstd` command."""

from __future__ import annotations

import shutil
import subprocess

from .report import Refused

MAGIC = b"\x28\xb5\x2f\xfd"


def content_length(frame: bytes, chunk: str) -> int:
    """What one whole frame without dictionary says its content's length is; refused where it is anything else."""
    fault = Refused("AC-2023", f"{chunk} is not one whole zstd frame that states its length")
    if len(frame) < 6 or frame[:4] != MAGIC:
        raise fault
    descriptor = frame[4]
    single, checksum = descriptor >> 5 & 1, descriptor >> 2 & 1
    width = (1 if single else 0, 2, 4, 8)[descriptor >> 6]
    if descriptor & 3 or descriptor & 8 or width == 0:  # a dictionary, a reserved bit, no length
        raise fault
    at = 5 + (0 if single else 1)
    length = int.from_bytes(frame[at:at + width], "little") + (256 if width == 2 else 0)
    at += width
    last = False
    while not last:
        head = int.from_bytes(frame[at:at + 3], "little")
        if at + 3 > len(frame) or head >> 1 & 3 == 3:
            raise fault
        last = bool(head & 1)
        at += 3 + (1 if head >> 1 & 3 == 1 else head >> 3)
    if at + 4 * checksum != len(frame):
        raise fault
    return length


def can_decode() -> bool:
    return shutil.which("zstd") is not None


def decode(frame: bytes, chunk: str) -> bytes:
    """The content of a frame, which is bounded by what it says of itself and was looked at before."""
    done = subprocess.run(["zstd", "-d", "-q", "-c"], input=frame, capture_output=True, check=False)
    if done.returncode:
        raise Refused("AC-2023", f"{chunk} cannot be decoded: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout
