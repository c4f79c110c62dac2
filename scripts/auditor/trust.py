"""Who may approve: roles by anchors, chains, times, revocation (docs/trust.md)."""

from __future__ import annotations

import re
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from . import certificates, cms, der, openssl
from .certificates import Certificate, RevocationList
from .report import Refused, Report, Unreadable

ROLE = re.compile(r"[a-z0-9-]{1,32}")
DAY = 86400
# openssl's own numbers of what is wrong with a chain (man openssl-verification-options), and ours.
CHAIN_CODES = {"9": "AC-2137", "10": "AC-2136", "18": "AC-2132", "19": "AC-2131", "34": "AC-2134", "66": "AC-2123",
               "67": "AC-2123", "68": "AC-2122", "2": "AC-2131", "20": "AC-2131"}


def moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def contents(path: Path, limit: int) -> bytes:
    """A file of at most `limit` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Unreadable(f"cannot read '{path}': {error.strerror}") from None
    if len(data) > limit:
        raise Refused("AC-2102", f"'{path}' has more than {limit} bytes")
    return data


@dataclass
class Policy:
    """Roles with their anchors, the roles that must have approved, and revocation lists."""

    roles: dict[str, list[Certificate]]
    required: list[str]
    lists: list[RevocationList] = field(default_factory=list)

    @classmethod
    def read(cls, place: Path) -> Policy:
        """Reads the `[trust]` table of a TOML file, or of `trust.toml` in a folder."""
        file = place / "trust.toml" if place.is_dir() else place
        try:
            table = tomllib.loads(contents(file, 1 << 20).decode())["trust"]
            named = {role: [file.parent / name for name in each["anchors"]] for role, each in table["roles"].items()}
            lists = [file.parent / name for name in table.get("revocation-lists", [])]
            required = table.get("required", ["software", "quality", "regulatory"])
        except (ValueError, KeyError, TypeError) as error:
            raise Refused("AC-2101", f"'{file}' holds no trust policy: {error}") from None
        return cls.of(named, required, lists)

    @classmethod
    def of(cls, named: dict[str, list[Path]], required: list[str], lists: list[Path]) -> Policy:
        """A policy of anchors' files by role."""
        roles = {}
        for role, paths in named.items():
            if not ROLE.fullmatch(role):
                raise Refused("AC-2101", f"'{role}' is no name of a role")
            found = [block for path in paths for block in der.pem(contents(path, 64 << 10), "CERTIFICATE")]
            roles[role] = [Certificate(block) for block in found]
        policy = cls(roles, required)
        for path in lists:
            blocks = der.pem(contents(path, 64 << 20), "X509 CRL")
            if not blocks:
                raise Refused("AC-2105", f"'{path}' holds no revocation list")
            policy.lists += map(RevocationList.read, blocks)
        policy.check()
        return policy

    def check(self) -> None:
        if not self.required or not all(self.roles.get(role) for role in self.required):
            raise Refused("AC-2101", "nothing is required, or a required role has no anchor")
        owners: dict[tuple[str, bytes], str] = {}
        for role, anchors in self.roles.items():
            for anchor in anchors:
                if not anchor.is_authority:
                    raise Refused("AC-2103", f"'{anchor.name}' is no trust anchor: it is not an authority's")
                if owners.setdefault(anchor.key.identity, role) != role:
                    raise Refused("AC-2104", f"'{anchor.name}' is an anchor of '{role}' and of another role")

    def judge(self, message: bytes, content: bytes, now: int, report: Report, required: list[str] | None = None
              ) -> dict[str, list[str]]:
        """Everybody who approved `content` in `message`, by role; raises at the first fault."""
        signed = cms.read(message)
        approvals = signed.approvals(content)
        if not approvals:
            raise Refused("AC-2010", "nobody has signed it")
        keys: dict[tuple[str, bytes], str] = {}
        names: dict[str, str] = {}
        people: dict[str, list[str]] = {}
        approved = set()
        for each in approvals:
            name = each.certificate.name
            role = self.role(each, signed.certificates, now, report)
            if (other := keys.setdefault(each.certificate.key.identity, name)) is not name:
                raise Refused("AC-2151", f"'{other}' and '{name}' signed with the same key")
            if (other := names.setdefault(each.certificate.person, name)) is not name:
                raise Refused("AC-2152", f"'{other}' and '{name}' are the same person")
            said = f"{name} {each.meaning or 'signed'} at {moment(each.signing_time)}"
            people.setdefault(role, []).append(said)
            if each.counts:
                approved.add(role)
        self.refuse_unused(signed, approvals)
        for role in self.required if required is None else required:
            if role not in approved:
                raise Refused("AC-2150", f"no approval of the role '{role}', only {', '.join(sorted(approved))}")
        return people

    def refuse_unused(self, signed: cms.SignedData, approvals: list[cms.Approval]) -> None:
        """Every certificate that came along must lead from a signer to an anchor, without being one."""
        anchors = [anchor for each in self.roles.values() for anchor in each]
        used = {each.certificate.der for each in approvals}
        for each in approvals:
            used.update(link.der for link in self.chain(each.certificate, signed.certificates, anchors))
        used -= {anchor.der for anchor in anchors}
        for each in signed.certificates:
            if each.der not in used:
                raise Refused("AC-2115", f"the certificate '{each.name}' is in nobody's chain")

    def chain(self, leaf: Certificate, brought: list[Certificate], anchors: list[Certificate]) -> list[Certificate]:
        """The intermediates from `leaf` upwards, until an anchor's name issued the last."""
        links: list[Certificate] = []
        at = leaf
        while not any(at.may_be_issued_by(anchor) for anchor in anchors):
            above = next((each for each in brought if at.may_be_issued_by(each) and each not in [leaf, *links]), None)
            if above is None:
                break
            links.append(above)
            at = above
        return links

    def role(self, approval: cms.Approval, brought: list[Certificate], now: int, report: Report) -> str:
        """The one role that an approval's certificate leads to, after all that speaks against the certificate."""
        leaf = approval.certificate
        if fault := leaf.purpose_fault:
            raise Refused("AC-2133", f"'{leaf.name}' is not for signing releases: {fault}")
        others = [each.der for each in brought if each.der != leaf.der]
        faults, roles = {}, []
        for role, anchors in self.roles.items():
            fault = openssl.chain_fault(leaf.der, others, [anchor.der for anchor in anchors], now)
            faults[role] = fault
            if fault is None:
                roles.append(role)
        if not roles:
            raise self.chain_refusal(leaf, brought, [fault for fault in faults.values() if fault])
        if len(roles) > 1:
            raise Refused("AC-2142", f"'{leaf.name}' leads to anchors of more than one role: {', '.join(roles)}")
        start, end = leaf.validity
        if not start <= approval.signing_time <= end:
            raise Refused("AC-2138", f"'{leaf.name}' was not valid when it signed, {moment(approval.signing_time)}")
        if approval.signing_time > now + DAY:
            raise Refused("AC-2139", f"'{leaf.name}' signed at {moment(approval.signing_time)}, which is to come")
        anchors = self.roles[roles[0]]
        links = [leaf, *self.chain(leaf, brought, anchors)]
        for link in links:
            if not link.key.is_strong:
                raise Refused("AC-2123", f"the key of '{link.name}' is {link.key.kind}")
            if link is not leaf and not link.signs_code:
                raise Refused("AC-2133", f"'{link.name}' is not an authority for signing releases")
            self.refuse_revoked(link, [*links, *anchors], now, report)
        return roles[0]

    def chain_refusal(self, leaf: Certificate, brought: list[Certificate], faults: list[str]) -> Refused:
        """What openssl said about the role that came nearest: not about one that the chain does not lead to."""
        numbers = [match[1] if (match := re.match(r"error (\d+)", fault)) else "" for fault in faults]
        told = next((i for i, number in enumerate(numbers) if number not in ("2", "19", "20", "21")), 0)
        code = CHAIN_CODES.get(numbers[told], "AC-2135")
        if numbers[told] == "20" and not any(leaf.may_be_issued_by(each) for each in brought):
            code = "AC-2130"
        return Refused(code, f"'{leaf.name}' leads to no anchor: {faults[told]}")

    def refuse_revoked(self, link: Certificate, known: list[Certificate], now: int, report: Report) -> None:
        """Looks a certificate up in its issuer's lists."""
        found = [each for each in self.lists if each.issuer == link.issuer]
        if self.lists and not found:
            report.warns(f"there is no revocation list of who issued '{link.name}', although others have one [AC-2191]")
        # An older list may have been overtaken: the newest of an issuer counts.
        for each in sorted(found, key=lambda one: one.this_update)[-1:]:
            keys = [issuer.key.info for issuer in known if link.may_be_issued_by(issuer)]
            digest = certificates.SIGNATURES.get(each.algorithm, "sha256")
            if not any(openssl.holds(key, digest, each.signature, each.signed) for key in keys):
                raise Refused("AC-2141", f"a revocation list in the name of who issued '{link.name}' is not signed by it")
            if link.serial in each.revoked:
                raise Refused("AC-2140", f"'{link.name}', serial number {link.serial:x}, is revoked since "
                              f"{moment(each.revoked[link.serial])}")
            if each.next_update is not None and each.next_update < now:
                report.warns(f"the revocation list of who issued '{link.name}' is overdue since "
                             f"{moment(each.next_update)} [AC-2190]")
