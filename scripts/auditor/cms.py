"""CMS SignedData (RFC 5652), detached, in the one spelling that docs/trust.md accepts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from . import certificates, der, openssl
from .certificates import Certificate
from .report import Refused

SIGNED_DATA, DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, CAPABILITIES = (f"1.2.840.113549.1.9.{n}" for n in (3, 4, 5, 15))
COMMITMENT = "1.2.840.113549.1.9.16.2.16"
# What a signature may say that is meant by it; the first two do not count for a role.
MEANINGS = {f"1.2.840.113549.1.9.16.6.{n}": word
            for n, word in ((6, "authored"), (2, "reviewed"), (5, "approved"), (1, "released"))}
ECDSA = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}
LIMIT, SIGNERS, CERTIFICATES = 64 << 10, 16, 32


@dataclass(frozen=True)
class Approval:
    """One signature that holds, by the certificate it names."""

    certificate: Certificate
    signing_time: int
    meaning: str | None

    @property
    def counts(self) -> bool:
        """Whether it approves, and does not only say who wrote or read."""
        return self.meaning in (None, "approved", "released")


@dataclass(frozen=True)
class SignedData:
    """A message taken apart: who is said to have signed, and the certificates that came along."""

    signers: list[der.Node]
    certificates: list[Certificate]

    def approvals(self, content: bytes) -> list[Approval]:
        """Every signature over `content`; one that does not hold refuses all."""
        return [approval(node, self.certificates, content) for node in self.signers]


def algorithm(node: der.Node, wants_null: bool = False) -> str:
    """An algorithm's identifier; its parameters must be absent, or NULL where RSA wants them."""
    parts = node.parts("an algorithm")
    name = parts.take("its name").oid
    if wants_null and (null := parts.optional(der.NULL)) is not None and null.content:
        raise der.malformed(null.start, "a NULL with content")
    parts.done()
    return name


def read(data: bytes) -> SignedData:
    """Takes one message apart; nothing of it is trusted yet."""
    if len(data) > LIMIT:
        raise Refused("AC-2110", f"the signatures have {len(data)} bytes, more than {LIMIT}")
    outer = der.whole(data).parts("a message")
    if outer.take("its kind").oid != SIGNED_DATA:
        raise der.malformed(0, "no SignedData")
    wrapped = outer.take("its content").expect(0xA0, "its content")
    outer.done()
    (inner,) = wrapped.children or [None]
    parts = inner.parts("SignedData")
    version = parts.take("the version").number
    digests = parts.take("the digests").expect(der.SET, "the digests").children
    enclosed = parts.take("the content").parts("the content")
    if enclosed.take("its kind").oid != DATA or enclosed.nodes:
        raise der.malformed(parts.end, "content that is not detached data")
    brought = parts.optional(0xA0)
    signers = parts.take("the signers").expect(der.SET, "the signers").children
    parts.done()
    brought_nodes = brought.children if brought else []
    for what, found, limit in (("signers", signers, SIGNERS), ("certificates", brought_nodes, CERTIFICATES)):
        if len(found) > limit:
            raise Refused("AC-2110", f"the signatures have {len(found)} {what}, more than {limit}")
    for nodes in (digests, brought_nodes, signers):
        if nodes:
            der.in_order(nodes)
    used = {algorithm(node.children[2]) for node in signers if len(node.children) > 2}
    named = [algorithm(node) for node in digests]
    if set(named) != used or len(named) != len(used):
        raise der.malformed(inner.start, "digests are named that nobody uses, or the other way round")
    if version != (3 if any(node.children[0].number == 3 for node in signers) else 1):
        raise der.malformed(inner.start, f"the version {version}")
    for node in brought_nodes:
        node.expect(der.SEQUENCE, "a certificate")
    return SignedData(signers, [Certificate(node.encoding) for node in brought_nodes])


def approval(node: der.Node, brought: list[Certificate], content: bytes) -> Approval:
    """Checks one SignerInfo over `content`: its certificate, its attributes, its signature."""
    parts = node.parts("a signer")
    version = parts.take("the version").number
    certificate = signer(parts.take("the signer's name"), version, brought)
    digest = certificates.DIGESTS.get(algorithm(parts.take("the digest")))
    if digest is None:
        raise Refused("AC-2122", f"'{certificate.name}' uses a digest that is not SHA-256, SHA-384 or SHA-512")
    attributes = parts.optional(0xA0)
    if attributes is None:
        raise Refused("AC-2113", "a signature has no signed attributes")
    method = parts.take("the method")
    signature = parts.take("the signature").expect(der.OCTETS, "the signature").content
    parts.done()
    signing_time, meaning = read_attributes(attributes, hashlib.new(digest, content).digest(), certificate)
    if not certificate.key.is_strong:
        raise Refused("AC-2123", f"the key of '{certificate.name}' is {certificate.key.kind}")
    used = method_digest(method, certificate, digest)
    # What is signed is the attributes as a SET OF, not under the tag they stand with (RFC 5652 §5.4).
    message = der.encode(der.SET, attributes.content)
    if not openssl.holds(certificate.key.info, used, signature, message):
        raise Refused("AC-2121", f"the signature of '{certificate.name}' is not right")
    return Approval(certificate, signing_time, meaning)


def signer(node: der.Node, version: int, brought: list[Certificate]) -> Certificate:
    """The one certificate that a signer is named by: issuer and number, or key identifier; byte for byte."""
    if node.tag == 0x80 and version == 3:
        found = [each for each in brought if each.subject_key == node.content]
    elif node.tag == der.SEQUENCE and version == 1 and len(node.children) == 2:
        issuer, serial = node.children
        found = [each for each in brought if each.issuer == issuer.encoding and each.serial == serial.number]
    else:
        raise der.malformed(node.start, "a signer's name that does not fit its version")
    if len(found) != 1:
        raise Refused("AC-2114", f"there is no one certificate for a signer, but {len(found)}")
    return found[0]


def read_attributes(attributes: der.Node, digest: bytes, certificate: Certificate) -> tuple[int, str | None]:
    """The signing time and what is meant by the signature; the digest among the attributes must be that of the content."""
    found: dict[str, der.Node] = {}
    der.in_order(attributes.children or [attributes])
    for each in attributes.children:
        parts = each.parts("an attribute")
        name, values = parts.take("its name").oid, parts.take("its values").expect(der.SET, "its values").children
        if name in found or name not in (CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, CAPABILITIES, COMMITMENT):
            raise der.malformed(each.start, f"the attribute {name}")
        if len(values) != 1:
            raise Refused("AC-2113", f"the attribute {name} has {len(values)} values")
        found[name] = values[0]
    for name, what in ((CONTENT_TYPE, "content type"), (MESSAGE_DIGEST, "digest"), (SIGNING_TIME, "signing time")):
        if name not in found:
            raise Refused("AC-2113", f"the signature of '{certificate.name}' does not say its {what}")
    if found[CONTENT_TYPE].oid != DATA:
        raise Refused("AC-2113", f"'{certificate.name}' signed something else than data")
    if found[MESSAGE_DIGEST].expect(der.OCTETS, "a digest").content != digest:
        raise Refused("AC-2120", f"'{certificate.name}' signed other content")
    meaning = None
    if COMMITMENT in found:
        parts = found[COMMITMENT].parts("a commitment")
        meaning = MEANINGS.get(parts.take("its kind").oid)
        parts.done()
        if meaning is None:
            raise der.malformed(found[COMMITMENT].start, "a commitment that has no meaning here")
    return found[SIGNING_TIME].time, meaning


def method_digest(method: der.Node, certificate: Certificate, digest: str) -> str | None:
    """The digest that a signature is made with; it must be the one of the content, and fit the key."""
    kind = certificate.key.kind
    is_rsa = kind.startswith("RSA")
    name = algorithm(method, wants_null=is_rsa)
    if is_rsa and name == certificates.RSA:
        return digest
    if kind.startswith("P-") and ECDSA.get(name) == digest:
        return digest
    if kind == "Ed25519" and name == certificates.ED25519 and digest == "sha512":
        return None
    raise Refused("AC-2122", f"'{certificate.name}' signed by {name} with {digest}, which does not fit its key")
