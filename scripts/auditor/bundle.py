"""A bundle, read from front to back (docs/bundle-format.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

from . import canonical, frames
from .report import Refused, Report, printable
from .trust import Policy

MAGIC = bytes.fromhex("894146540D0A1A0A")
HEADER, BLOCK, RECORD = 128, 4096, 64
LIMITS = {"signatures": 1 << 20, "manifest": 1 << 20, "index": 8 << 20, "payload": 1 << 50}
CHUNK = 4 << 20
KINDS = {0: "zero", 1: "raw", 2: "zstd", 3: "copy", 4: "patch"}

DIGEST = re.compile(r"[0-9a-f]{64}")
NAME, PRODUCT = re.compile(r"[a-z0-9-]{1,32}"), re.compile(r"[a-z0-9-]{1,64}")
REVISION = re.compile(r"[!-~]{1,64}")
TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
NUMBER, WORD = r"(0|[1-9][0-9]*)", r"[0-9A-Za-z-]+"
VERSION = re.compile(rf"(?=.{{1,64}}$){NUMBER}(\.{NUMBER}){{0,3}}(-{WORD}(\.{WORD})*)?(\+{WORD}(\.{WORD})*)?")


def little(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start:start + length], "little")


class Source:
    """A file read from front to back, which ends where it should and not before."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def take(self, length: int, what: str) -> bytes:
        data = self.file.read(length)
        if len(data) < length:
            raise Refused("AC-2006", f"the bundle ends in its {what}, {length - len(data)} bytes too early")
        return data


@dataclass(frozen=True)
class Header:
    """The lengths of the parts, and the digest of the signatures."""

    signatures: int
    manifest: int
    index: int
    payload: int
    digest: bytes

    @classmethod
    def read(cls, source: Source) -> Header:
        # What does not start as a bundle is not one that ends too early.
        data = source.file.read(HEADER)
        if data[:8] != MAGIC[:len(data)]:
            raise Refused("AC-2001", "it does not start as a bundle does")
        if len(data) < HEADER:
            raise Refused("AC-2006", "the bundle ends in its header")
        if hashlib.sha256(data[:96]).digest() != data[96:]:
            raise Refused("AC-2002", "the header's checksum differs")
        if little(data, 8, 4) != 1:
            raise Refused("AC-2003", f"the bundle has format version {little(data, 8, 4)}, this program reads version 1")
        if little(data, 12, 4) != HEADER:
            raise Refused("AC-2009", f"the header says that it has {little(data, 12, 4)} bytes")
        if any(data[80:96]):
            raise Refused("AC-2004", "bytes of the header that must be zero are not")
        lengths = [little(data, offset, 8) for offset in (16, 24, 32, 40)]
        for (name, limit), length in zip(LIMITS.items(), lengths):
            if length > limit:
                raise Refused("AC-2005", f"the {name} has {length} bytes, more than {limit}")
        if lengths[0] == 0 or lengths[0] % BLOCK:
            raise Refused("AC-2009", f"the signature section has {lengths[0]} bytes")
        return cls(*lengths, digest=data[48:80])


def message(section: bytes) -> bytes:
    """The CMS message in the signature section."""
    length = little(section, 0, 8)
    if length > len(section) - 8:
        raise Refused("AC-2009", f"a message of {length} bytes in a signature section of {len(section)}")
    if any(section[8 + length:]):
        raise Refused("AC-2004", "bytes behind the signatures that must be zero are not")
    if length == 0:
        raise Refused("AC-2010", "nobody has signed it")
    return section[8:8 + length]


# What a member of the manifest must be: a word for people and a test.
Rule = tuple[str, Callable[[object], bool]]


def count(low: int, high: int = 2**53 - 1) -> Rule:
    return f"a whole number from {low} to {high}", lambda v: type(v) is int and low <= v <= high


def pattern(what: str, shape: re.Pattern[str]) -> Rule:
    return what, lambda v: isinstance(v, str) and shape.fullmatch(v) is not None


def several(rule: Rule, low: int, high: int, what: str) -> Rule:
    return what, lambda v: (isinstance(v, list) and low <= len(v) <= high and all(map(rule[1], v))
                            and len({canonical.encode(each) for each in v}) == len(v))


VERSIONS = several(pattern("a version", VERSION), 0, 256, "a list of different versions")
RECORDS: Rule = ("a change record", lambda v: isinstance(v, dict) and v.get("schema") == "aftercare.change/1")
A_DIGEST = pattern("a digest", DIGEST)
MANIFEST: dict[str, Rule] = {
    "schema": ('"aftercare.manifest/1"', lambda v: v == "aftercare.manifest/1"),
    "product": pattern("a product's name", PRODUCT),
    "hardware": several(pattern("a revision", REVISION), 1, 64, "1 to 64 different hardware revisions"),
    "version": pattern("a version", VERSION), "from": VERSIONS, "fallbacks": VERSIONS,
    "securityVersion": count(0), "created": pattern("a time", TIME), "selfTestDeadline": count(1, 86400),
    "images": ("1 to 32 images", lambda v: isinstance(v, list) and 1 <= len(v) <= 32),
    "indexLength": count(0), "payloadLength": count(0), "payloadDigest": A_DIGEST,
    "change": RECORDS, "changeDigest": A_DIGEST, "sbomDigest": A_DIGEST, "vexDigest": A_DIGEST,
    "history": ("1 to 64 change records", lambda v: isinstance(v, list) and 1 <= len(v) <= 64
                and all(map(RECORDS[1], v))),
}
IMAGE: dict[str, Rule] = {
    "name": pattern("an image's name", NAME), "size": count(1), "digest": A_DIGEST, "chunks": count(1),
    "indexDigest": A_DIGEST, "base": ("an object", lambda v: isinstance(v, dict)),
}
OPTIONAL = {"sbomDigest", "vexDigest", "history", "base"}


def conform(members: object, rules: dict[str, Rule], where: str, extra: bool) -> dict[str, object]:
    """An object that has exactly the members of `rules`; at the top also some that start with `x-`."""
    if not isinstance(members, dict):
        raise Refused("AC-1108", f"{where} is no object")
    for name, (what, test) in rules.items():
        if name not in members:
            if name not in OPTIONAL:
                raise Refused("AC-1106", f"'{name}' is missing in {where}")
        elif not test(members[name]):
            raise Refused("AC-1108", f"'{name}' in {where} is not {what}")
    for name in members:
        if name not in rules and not (extra and name.startswith("x-")):
            raise Refused("AC-1107", f"'{printable(name, 64)}' in {where} is not a known key")
    return members


def read_manifest(data: bytes) -> dict[str, object]:
    """The manifest's members, all of them as the table in the document has them."""
    manifest = conform(canonical.read(data, "AC-2012"), MANIFEST, "the manifest", extra=True)
    names = set()
    for image in manifest["images"]:
        conform(image, IMAGE, "an image", extra=False)
        if image["name"] in names:
            raise Refused("AC-1108", f"two images have the name '{image['name']}'")
        names.add(image["name"])
        if "base" in image:
            raise Refused("AC-2019", f"image '{image['name']}' builds on another, which version 1 does not apply")
    return manifest


def check_changes(manifest: dict[str, object]) -> None:
    """The change record is the one that the manifest names, and the records of skipped releases are its forebears."""
    change = manifest["change"]
    if hashlib.sha256(canonical.encode(change)).hexdigest() != manifest["changeDigest"]:
        raise Refused("AC-1108", "'changeDigest' is not the digest of 'change'")
    version = change.get("version")
    named = version.get("supersedes", []) if isinstance(version, dict) else []
    at = -1
    for record in manifest.get("history", []):
        digest = hashlib.sha256(canonical.encode(record)).hexdigest()
        if not isinstance(named, list) or digest not in named:
            raise Refused("AC-1108", f"'history' holds a record that 'supersedes' does not name: {digest}")
        if (place := named.index(digest)) <= at:
            raise Refused("AC-1108", "'history' is not in the order of 'supersedes'")
        at = place


@dataclass(frozen=True)
class Chunk:
    """One record of the index."""

    name: str
    kind: str
    length: int
    stored: int
    digest: bytes


def read_index(data: bytes, manifest: dict[str, object]) -> list[list[Chunk]]:
    """The chunks of every image, which tile the image and the payload."""
    images, at, payload = [], 0, 0
    for image in manifest["images"]:
        part = data[at:at + RECORD * image["chunks"]]
        if len(part) < RECORD * image["chunks"]:
            raise Refused("AC-2013", f"the index has no room for the chunks of image '{image['name']}'")
        if hashlib.sha256(part).hexdigest() != image["indexDigest"]:
            raise Refused("AC-2014", f"the index of image '{image['name']}' differs from its digest")
        chunks, output = [], 0
        for number in range(image["chunks"]):
            chunk = read_record(part[RECORD * number:RECORD * (number + 1)], f"chunk {number} of image "
                                f"'{image['name']}'", image["size"], output, payload)
            output, payload = output + chunk.length, payload + chunk.stored
            chunks.append(chunk)
        if output != image["size"]:
            raise Refused("AC-2013", f"the chunks of image '{image['name']}' are {output} bytes of {image['size']}")
        images.append(chunks)
        at += len(part)
    if at != len(data):
        raise Refused("AC-2013", "the index has records of no image")
    if payload != manifest["payloadLength"]:
        raise Refused("AC-2013", f"the chunks have {payload} stored bytes, the payload {manifest['payloadLength']}")
    return images


def read_record(data: bytes, name: str, size: int, output: int, payload: int) -> Chunk:
    length, kind, stored = little(data, 8, 4), KINDS.get(data[12]), little(data, 24, 4)
    if kind is None:
        raise Refused("AC-2020", f"{name} is of the unknown kind {data[12]}")
    if kind in ("copy", "patch"):
        raise Refused("AC-2019", f"{name} is of the reserved kind '{kind}'")
    if data[13] or any(data[14:16]) or any(data[28:32]):
        raise Refused("AC-2021", f"{name} has index bytes set that must be zero")
    if little(data, 0, 8) != output:
        raise Refused("AC-2015", f"{name} is for byte {little(data, 0, 8)}, expected {output}")
    if not 1 <= length <= CHUNK or output + length > size or (output + length < size and length % BLOCK):
        raise Refused("AC-2016", f"{name} has {length} bytes, which no chunk at its place may have")
    if little(data, 16, 8) != payload:
        raise Refused("AC-2017", f"{name} lies at byte {little(data, 16, 8)} of the payload, expected {payload}")
    fits = {"zero": stored == 0, "raw": stored == length, "zstd": 1 <= stored < length}
    if not fits[kind]:
        raise Refused("AC-2018", f"{name} has {stored} stored bytes, which its kind does not allow")
    if kind == "zero" and hashlib.sha256(bytes(length)).digest() != data[32:]:
        raise Refused("AC-2022", f"{name} is said to be zeros, but its digest is not that of zeros")
    return Chunk(name, kind, length, stored, data[32:])


def contents(source: Source, images: list[list[Chunk]], whole: hashlib._Hash, decodes: bool
             ) -> Iterator[tuple[int, Chunk, bytes | None]]:
    """Every chunk as it becomes, in order, decoded a few at a time; None for what cannot be decoded here."""
    waiting: list[tuple[int, Chunk, Future[bytes | None]]] = []
    with ThreadPoolExecutor(4) as pool:
        for number, chunks in enumerate(images):
            for chunk in chunks:
                stored = source.take(chunk.stored, "payload")
                whole.update(stored)
                waiting.append((number, chunk, pool.submit(output, chunk, stored, decodes)))
                if len(waiting) > 8:
                    first, ready, future = waiting.pop(0)
                    yield first, ready, future.result()
        for number, chunk, future in waiting:
            yield number, chunk, future.result()


def output(chunk: Chunk, stored: bytes, decodes: bool) -> bytes | None:
    """What a chunk becomes, compared with its digest."""
    made: bytes | None = stored
    if chunk.kind == "zero":
        made = bytes(chunk.length)
    elif chunk.kind == "zstd":
        length = frames.content_length(stored, chunk.name)
        if length != chunk.length:
            raise Refused("AC-2024", f"{chunk.name} would become {length} bytes, expected {chunk.length}")
        made = frames.decode(stored, chunk.name) if decodes else None
    if made is not None and hashlib.sha256(made).digest() != chunk.digest:
        raise Refused("AC-2025", f"{chunk.name} is damaged: its digest differs from the index's")
    return made


def check_payload(source: Source, manifest: dict[str, object], images: list[list[Chunk]], report: Report) -> None:
    """Every chunk, every image, and the payload as a whole."""
    decodes, stored = frames.can_decode(), hashlib.sha256()
    made = [hashlib.sha256() for _ in images]
    skipped = 0
    for number, _, data in contents(source, images, stored, decodes):
        if data is None:
            skipped += 1
        else:
            made[number].update(data)
    if stored.hexdigest() != manifest["payloadDigest"]:
        raise Refused("AC-2028", "the payload is damaged: its digest differs from the manifest's")
    if skipped:
        report.unchecked.append(f"the content of {skipped} zstd chunks and of the images: there is no 'zstd' command "
                                "here (the payload's digest and the frames' form are right)")
        return
    for image, digest in zip(manifest["images"], made):
        if digest.hexdigest() != image["digest"]:
            raise Refused("AC-2026", f"image '{image['name']}' is damaged: its digest differs from the manifest's")
    report.checked.append(f"payload, {sum(map(len, images))} chunks and {len(images)} images against their digests")


def verify(file: BinaryIO, policy: Policy | None, now: int, report: Report) -> None:
    """Checks a whole bundle; a fault of the signatures does not keep the rest from being looked at."""
    source = Source(file)
    try:
        header = Header.read(source)
        section = source.take(header.signatures, "signatures")
        if hashlib.sha256(section).digest() != header.digest:
            raise Refused("AC-2008", "the signatures are damaged: their digest differs from the header's")
        signatures: bytes | Refused
        try:
            signatures = message(section)
        except Refused as refusal:
            if refusal.code != "AC-2010":
                raise
            signatures = refusal
        data = source.take(header.manifest, "manifest")
        check_signatures(signatures, data, policy, now, report)
        manifest = read_manifest(data)
        describe(manifest, report)
        check_changes(manifest)
        report.checked.append("manifest: canonical, complete, its change record and history by their digests")
        for name, length in (("index", header.index), ("payload", header.payload)):
            if manifest[f"{name}Length"] != length:
                raise Refused("AC-2013", f"the {name} has {length} bytes in the header and "
                              f"{manifest[f'{name}Length']} in the manifest")
        images = read_index(source.take(header.index, "index"), manifest)
        report.checked.append("index: tiles every image and the payload")
        check_payload(source, manifest, images, report)
        if file.read(1):
            raise Refused("AC-2007", "something follows the bundle")
    except Refused as refusal:
        report.finds(refusal.code, refusal.reason)


def check_signatures(signatures: bytes | Refused, content: bytes, policy: Policy | None, now: int, report: Report
                     ) -> None:
    """Adds who approved, or why that does not count."""
    if isinstance(signatures, Refused):
        report.finds(signatures.code, signatures.reason)
    elif policy is None:
        report.unchecked.append("who approved it: no anchors were given (--trust, --anchor)")
    else:
        try:
            report.facts["approved"] = policy.judge(signatures, content, now, report)
            report.checked.append("approvals: signatures, chains, roles, times, revocation")
        except Refused as refusal:
            report.finds(refusal.code, refusal.reason)


def describe(manifest: dict[str, object], report: Report) -> None:
    """What the bundle says that it is."""
    report.facts |= {name: manifest[name] for name in ("product", "hardware", "version", "from", "fallbacks",
                                                       "securityVersion", "created")}
    report.facts["change"] = manifest["change"].get("id")
    report.facts["images"] = {image["name"]: image["digest"] for image in manifest["images"]}
