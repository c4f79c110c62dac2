"""Certificates, revocation lists and keys (RFC 5280), as far as the rules of docs/trust.md ask about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from . import der
from .report import Refused, printable

RSA, EC, ED25519 = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.3.101.112"
CURVES = {"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384"}
DIGESTS = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
# What signs certificates and lists: the digest, or None where the key itself says it.
SIGNATURES = {
    "1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
    ED25519: None,
}
NAMES = {"2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU"}
KEY_USAGE, BASIC, EXTENDED = "2.5.29.15", "2.5.29.19", "2.5.29.37"
SUBJECT_KEY, AUTHORITY_KEY = "2.5.29.14", "2.5.29.35"
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"


@dataclass(frozen=True)
class Key:
    """A public key: its SubjectPublicKeyInfo, its kind, and what tells it from every other key."""

    info: bytes
    kind: str
    identity: tuple[str, bytes]

    @classmethod
    def read(cls, node: der.Node) -> Key:
        parts = node.parts("a public key")
        algorithm = parts.take("the kind of key").parts("the kind of key")
        bits = parts.take("the key").expect(der.BITS, "the key")
        parts.done()
        if bits.content[:1] != b"\0":
            raise der.malformed(bits.start, "a key that is no whole number of bytes")
        kind, value = algorithm.take("the kind of key").oid, bits.content[1:]
        if kind == RSA:
            modulus = der.whole(value).parts("an RSA key").take("the modulus").number
            return cls(node.encoding, f"RSA {modulus.bit_length()}", ("RSA", str(modulus).encode()))
        if kind == EC:
            curve = CURVES.get(algorithm.take("the curve").oid, "another curve")
            # A point may be written whole or compressed; its first coordinate is the same.
            width = (len(value) - 1) // 2 if value[:1] == b"\4" else len(value) - 1
            return cls(node.encoding, curve, (curve, value[1:1 + width]))
        name = "Ed25519" if kind == ED25519 else f"of the kind {kind}"
        return cls(node.encoding, name, (name, value))

    @property
    def is_strong(self) -> bool:
        kind, _, bits = self.kind.partition(" ")
        return self.kind in ("P-256", "P-384", "Ed25519") or (kind == "RSA" and int(bits) >= 3072)


def extensions(node: der.Node | None) -> dict[str, tuple[bool, bytes]]:
    """Extensions by their identifier: critical or not, and the value."""
    found: dict[str, tuple[bool, bytes]] = {}
    for each in node.children[0].expect(der.SEQUENCE, "extensions").children if node else []:
        parts = each.parts("an extension")
        name, critical = parts.take("its name").oid, parts.optional(der.BOOLEAN) is not None
        if name in found:
            raise der.malformed(each.start, f"the extension {name} twice")
        found[name] = (critical, parts.take("its value").expect(der.OCTETS, "its value").content)
    return found


@dataclass(frozen=True)
class Certificate:
    """One certificate, with what the rules ask about it."""

    der: bytes

    @cached_property
    def fields(self) -> dict[str, der.Node]:
        """The parts of the TBSCertificate by their names."""
        body = der.whole(self.der).parts("a certificate").take("its body").parts("a certificate's body")
        body.optional(0xA0)
        names = ("serial", "algorithm", "issuer", "validity", "subject", "key")
        found = {name: body.take(name) for name in names}
        while body.nodes:
            node = body.take("")
            if node.tag == 0xA3:
                found["extensions"] = node
        return found

    @property
    def serial(self) -> int:
        return self.fields["serial"].number

    @property
    def issuer(self) -> bytes:
        return self.fields["issuer"].encoding

    @property
    def subject(self) -> bytes:
        return self.fields["subject"].encoding

    @cached_property
    def key(self) -> Key:
        return Key.read(self.fields["key"])

    @property
    def validity(self) -> tuple[int, int]:
        start, end = self.fields["validity"].children
        return start.time, end.time

    @cached_property
    def extensions(self) -> dict[str, tuple[bool, bytes]]:
        return extensions(self.fields.get("extensions"))

    def value(self, name: str) -> der.Node | None:
        return der.whole(self.extensions[name][1]) if name in self.extensions else None

    @property
    def subject_key(self) -> bytes | None:
        node = self.value(SUBJECT_KEY)
        return node.content if node else None

    @property
    def authority_key(self) -> bytes | None:
        node = self.value(AUTHORITY_KEY)
        return next((each.content for each in node.children if each.tag == 0x80), None) if node else None

    @property
    def is_authority(self) -> bool:
        node = self.value(BASIC)
        return node is not None and any(each.tag == der.BOOLEAN and any(each.content) for each in node.children)

    @property
    def signs_code(self) -> bool:
        """Whether it says nothing of extended purposes, or names this one."""
        extended = self.value(EXTENDED)
        return extended is None or CODE_SIGNING in [each.oid for each in extended.children]

    @property
    def purpose_fault(self) -> str | None:
        """Why it is not for signing releases."""
        usage = self.value(KEY_USAGE)
        if self.is_authority:
            return "it is an authority's"
        if EXTENDED not in self.extensions or not self.signs_code:
            return "its extended key usage lacks codeSigning"
        if usage is not None and not (len(usage.content) > 1 and usage.content[1] & 0x80):
            return "its key usage lacks digitalSignature"
        return None

    @property
    def name(self) -> str:
        """The subject as people read it, the most particular part first."""
        shown = []
        for relative in der.whole(self.subject).children:
            for pair in relative.children:
                kind, value = pair.children
                shown.append(f"{NAMES.get(kind.oid, kind.oid)}={value.content.decode('utf-8', 'replace')}")
        return printable(",".join(reversed(shown)))

    @property
    def person(self) -> str:
        """The common name as people are compared: without regard to capital letters and the number of spaces."""
        for relative in der.whole(self.subject).children:
            for pair in relative.children:
                if pair.children[0].oid == "2.5.4.3":
                    return " ".join(pair.children[1].content.decode("utf-8", "replace").split()).casefold()
        return self.name

    def may_be_issued_by(self, other: Certificate) -> bool:
        """By names and key identifiers; whether it really was, openssl says."""
        keys = self.authority_key, other.subject_key
        return other.subject == self.issuer and (None in keys or keys[0] == keys[1])


@dataclass(frozen=True)
class RevocationList:
    """A list of certificates that their issuer took back."""

    issuer: bytes
    this_update: int
    next_update: int | None
    revoked: dict[int, int]
    signed: bytes
    algorithm: str
    signature: bytes

    @classmethod
    def read(cls, data: bytes) -> RevocationList:
        outer = der.whole(data).parts("a revocation list")
        body = outer.take("its body")
        algorithm = outer.take("its algorithm").children[0].oid
        signature = outer.take("its signature").expect(der.BITS, "its signature").content[1:]
        parts = body.parts("a revocation list's body")
        parts.optional(der.INTEGER)
        parts.take("its algorithm")
        issuer = parts.take("its issuer").encoding
        since = parts.take("its time").time
        after = parts.optional(der.UTC_TIME) or parts.optional(der.LONG_TIME)
        entries = parts.optional(der.SEQUENCE)
        unknown = [name for name, (critical, _) in extensions(parts.optional(0xA0)).items() if critical]
        if unknown:
            raise Refused("AC-2105", f"a revocation list has the critical extension {unknown[0]}")
        revoked = {}
        for entry in entries.children if entries else []:
            entry_parts = entry.parts("a revoked certificate")
            serial = entry_parts.take("its number").number
            revoked[serial] = entry_parts.take("since when").time
        return cls(issuer, since, after.time if after else None, revoked, body.encoding, algorithm, signature)
