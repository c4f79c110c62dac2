"""Signed papers: what people approve, and what a device says of itself (docs/signed-documents.md)."""

from __future__ import annotations

from . import canonical
from .notes import NoteKey, decode
from .report import Refused, Report
from .trust import Policy

LIMIT = 524288
# The roles whose approval a document needs; None: those that the policy requires.
ROLES = {
    "aftercare.rules/1": ["regulatory"], "aftercare.baseline/1": None, "aftercare.downgrade/1": None,
    "aftercare.withdrawal/1": None, "aftercare.configuration/1": None,
}


def members(data: bytes, schema: str, names: set[str]) -> dict[str, object]:
    """The members of a signed file, which has exactly these."""
    if len(data) > LIMIT:
        raise Refused("AC-1101", f"it is larger than {LIMIT} bytes")
    found = canonical.read(data.removesuffix(b"\n"))
    if not isinstance(found, dict) or found.get("schema") != schema:
        raise Refused("AC-1108", f"its schema is not '{schema}'")
    for name in names - set(found):
        raise Refused("AC-1106", f"'{name}' is missing")
    for name in set(found) - names:
        raise Refused("AC-1107", f"'{name}' is not a known key")
    return found


def verify_document(data: bytes, policy: Policy | None, now: int, report: Report) -> None:
    """An `aftercare.signed/1`: approvals over the canonical bytes of `document`."""
    try:
        found = members(data, "aftercare.signed/1", {"schema", "document", "signatures"})
        document = found["document"]
        if not isinstance(document, dict) or not isinstance(document.get("schema"), str):
            raise Refused("AC-1108", "'document' does not say what it is")
        kind = document["schema"]
        report.facts |= {"document": kind, "id": document.get("id"), "issued": document.get("issued")}
        signatures, content = decode(found["signatures"]), canonical.encode(document)
        report.checked.append("form: canonical, complete, without other members")
        if kind not in ROLES:
            report.unchecked.append(f"whose approval '{kind}' needs: this program does not know it")
        if policy is None:
            report.unchecked.append("who approved it: no anchors were given (--trust, --anchor)")
            return
        # Who takes an approval back needs the role in which it was given.
        needed = [str(document.get("role"))] if kind == "aftercare.withdrawal/1" else ROLES.get(kind)
        report.facts["approved"] = policy.judge(signatures, content, now, report, needed)
        report.checked.append("approvals: signatures, chains, roles, times, revocation")
    except Refused as refusal:
        report.finds(refusal.code, refusal.reason)


def verify_statement(data: bytes, keys: list[NoteKey], report: Report) -> None:
    """An `aftercare.statement/1`: what a device says of itself, signed by its own key."""
    try:
        found = members(data, "aftercare.statement/1", {"schema", "statement", "key", "signature"})
        statement, key = found["statement"], NoteKey.from_text(found["key"])
        if not isinstance(statement, dict) or not isinstance(statement.get("format"), str):
            raise Refused("AC-1108", "'statement' does not say what it is")
        report.facts |= {"statement": statement["format"]}
        report.facts |= {name: value for name, value in statement.items()
                         if name != "format" and isinstance(value, (str, int))}
        if not key.signed(decode(found["signature"]), b"aftercare.statement/1\n" + canonical.encode(statement)):
            raise Refused("AC-2121", "the signature is not by the key that it names")
        report.checked.append("form and signature")
        if keys and key not in keys:
            raise Refused("AC-2121", "its key is not the device's that is known")
        if not keys:
            report.warns(f"whether this is the device's key is not known here; give it with --key: {key.text}")
    except Refused as refusal:
        report.finds(refusal.code, refusal.reason)
