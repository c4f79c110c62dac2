"""Checkpoints as C2SP signed notes, the keys that sign them, and what witnesses add (docs/ledger.md)."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from . import der, openssl
from .certificates import Key
from .report import Refused

LIMIT, SIGNATURES, EXACT = 16384, 16, 2**53 - 1
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
# What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410).
ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
BY_KEY, BY_WITNESS = 0x01, 0x04


def decode(text: object) -> bytes:
    """Strict base64: decoded and encoded again it is the same text."""
    if isinstance(text, str):
        try:
            data = base64.b64decode(text, validate=True)
        except ValueError:
            data = b""
        if base64.b64encode(data).decode() == text:
            return data
    raise Refused("", "what should be base64 is not")


@dataclass(frozen=True)
class NoteKey:
    """A public key that signs notes or statements."""

    info: bytes
    kind: str

    @classmethod
    def read(cls, info: bytes) -> NoteKey:
        """From a DER SubjectPublicKeyInfo."""
        return cls(info, Key.read(der.whole(info)).kind)

    @classmethod
    def from_text(cls, text: str) -> NoteKey:
        """From base64, as the ledger writes keys."""
        return cls.read(decode(text))

    @property
    def text(self) -> str:
        return base64.b64encode(self.info).decode()

    def id(self, name: str, kind: int = BY_KEY) -> bytes | None:
        """The four bytes by which a signature line names this key; None for a key that signs no notes."""
        if self.kind == "Ed25519":
            return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + self.info[-32:]).digest()[:4]
        return hashlib.sha256(self.info).digest()[:4] if self.kind == "P-256" else None

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature."""
        digests = {"Ed25519": None, "P-256": "sha256", "P-384": "sha384"}
        return self.kind in digests and holds(self.info, digests[self.kind], signature, message)


@lru_cache(maxsize=4096)
def holds(info: bytes, digest: str | None, signature: bytes, message: bytes) -> bool:
    """As `openssl.holds`, remembered: many exports of one ledger have the same checkpoints."""
    return openssl.holds(info, digest, signature, message)


def split_key(text: str) -> tuple[str, str, str]:
    """Name, id and key of a C2SP verifier key, `name+id+base64`; base64 may itself hold a plus."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not parts[0]:
        raise Refused("", f"'{text.strip()}' is no verifier key (C2SP signed-note)")
    return parts[0], parts[1], parts[2]


def given_key(text: str) -> NoteKey:
    """A device's key as people keep it: PEM, base64 of the DER, or a C2SP verifier key of a note."""
    blocks = der.pem(text.encode(), "PUBLIC KEY")
    if blocks:
        return NoteKey.read(blocks[0])
    if re.match(r"[^+]+\+[0-9a-f]{8}\+", text):
        raw = decode(split_key(text)[2])
        # Only Ed25519 has a byte of its own there; it is 32 bytes behind it.
        if raw[:1] == bytes([BY_KEY]) and len(raw) == 33:
            return NoteKey(ED25519_HEAD + raw[1:], "Ed25519")
        raise Refused("", "a verifier key is of a kind that is not Ed25519; give the key in PEM")
    return NoteKey.from_text(text.strip())


@dataclass(frozen=True)
class Witness:
    """Somebody who co-signs checkpoints, by a C2SP verifier key: `name+id+base64`."""

    name: str
    key: NoteKey

    @classmethod
    def read(cls, text: str) -> Witness:
        name, identifier, rest = split_key(text)
        raw = decode(rest)
        if len(raw) != 33 or raw[0] != BY_WITNESS:
            raise Refused("", f"'{text}' is no key of a witness (C2SP cosignature/v1)")
        found = cls(name, NoteKey(ED25519_HEAD + raw[1:], "Ed25519"))
        if found.key.id(name, BY_WITNESS).hex() != identifier:
            raise Refused("", f"the key of the witness '{name}' does not fit its own id")
        return found


@dataclass(frozen=True)
class Note:
    """A checkpoint that has the form of a note; its signatures are looked at later."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def read(cls, text: str) -> Note:
        """Reads a text, refused where it has not the form."""
        lines = text.split("\n")
        if len(text.encode("utf-8", "replace")) > LIMIT or not 6 <= len(lines) <= 5 + SIGNATURES:
            raise Refused("", "a checkpoint is too long, too short, or has too many signatures")
        origin, size, root, empty = lines[:4]
        if not origin or empty or lines[-1] or not NUMBER.fullmatch(size) or int(size) > EXACT:
            raise Refused("", "a checkpoint has not the form of a note")
        hashed, signatures = decode(root), []
        for line in lines[4:-1]:
            mark, _, rest = line.partition(" ")
            name, space, signature = rest.partition(" ")
            if mark != "\u2014" or not name or "+" in name or not space or len(decode(signature)) < 5:
                raise Refused("", "a checkpoint has a malformed signature line")
            signatures.append((name, decode(signature)))
        if len(hashed) != 32:
            raise Refused("", "a checkpoint's root is no SHA-256")
        return cls(origin, int(size), hashed, tuple(signatures))

    @property
    def signed_text(self) -> bytes:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    def is_good(self, key: NoteKey) -> bool:
        """Whether exactly one line is by this key under the origin's name, and holds."""
        identifier = key.id(self.origin)
        found = [each[4:] for name, each in self.signatures if name == self.origin and each[:4] == identifier]
        return len(found) == 1 and key.signed(found[0], self.signed_text)

    def witnessed(self, witness: Witness) -> int | None:
        """The POSIX time at which a witness signed it, if it did."""
        identifier = witness.key.id(witness.name, BY_WITNESS)
        for name, each in self.signatures:
            if name == witness.name and each[:4] == identifier and len(each) == 76:
                when = int.from_bytes(each[4:12], "big")
                message = f"cosignature/v1\ntime {when}\n".encode() + self.signed_text
                if witness.key.signed(each[12:], message):
                    return when
        return None
