"""Verifies a device's record, a release or a signed paper of Aftercare, without Aftercare."""

from __future__ import annotations

import argparse
import calendar
import io
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, TextIO

from . import bundle, documents, folder, ledger
from .notes import Note, Witness, given_key
from .report import Refused, Report, Unreadable
from .trust import Policy, contents

EPILOG = """\
--batch reads many exports from standard input, each as a line of JSON ({"length": BYTES, "checkpoints": [NOTE, ...],
"keys": [KEY, ...]}, the last two may be left out) and then the export's bytes; it answers with a line of JSON for each.

exit status: 0 nothing was found wrong; 1 not everything could be checked; 2 wrong usage; 3 something is wrong
docs/audit.md says what each answer means, and what it cannot show.
"""
SMALL = 1 << 20


def parser() -> argparse.ArgumentParser:
    shape = argparse.ArgumentParser(
        prog="verify-ledger", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = shape.add_argument_group("what to verify (one of these)").add_mutually_exclusive_group(required=True)
    what.add_argument("ledger", nargs="?", metavar="LEDGER", help="an export, a ledger's folder, or - for an export "
                      "from standard input")
    what.add_argument("--proof", metavar="FILE", help="the proof of one entry")
    what.add_argument("--bundle", metavar="FILE", help="a release")
    what.add_argument("--document", metavar="FILE", help="what people approved (aftercare.signed/1)")
    what.add_argument("--statement", metavar="FILE", help="what a device says of itself, such as its passport")
    what.add_argument("--signatures", metavar="FILE", help="approvals (CMS, DER) of the bytes of --content")
    what.add_argument("--batch", action="store_true", help="many exports, see below")
    known = shape.add_argument_group("what is known of the device from elsewhere")
    known.add_argument("--key", action="append", default=[], type=Path, metavar="FILE",
                       help="its public key: PEM, base64 of the DER, or a C2SP verifier key")
    known.add_argument("--checkpoint", action="append", default=[], type=Path, metavar="FILE",
                       help="a checkpoint of its ledger that somebody kept")
    known.add_argument("--witness", action="append", default=[], type=Path, metavar="FILE",
                       help="the key of a witness: a C2SP verifier key")
    trust = shape.add_argument_group("who may approve releases and documents")
    trust.add_argument("--trust", type=Path, metavar="PLACE", help="a TOML file with [trust], or a folder with trust.toml")
    trust.add_argument("--anchor", action="append", default=[], metavar="ROLE=FILE", help="instead: a role's anchors, PEM")
    trust.add_argument("--require", action="append", default=[], metavar="ROLE",
                       help="a role that must have approved (else: what the policy says, or every role with an anchor)")
    trust.add_argument("--revoked", action="append", default=[], type=Path, metavar="FILE", help="revocation lists, PEM")
    trust.add_argument("--at", metavar="TIME", help="judge certificates at this time (2026-01-31T12:00:00Z), not now")
    shape.add_argument("--content", type=Path, metavar="FILE", help="what --signatures are over")
    shape.add_argument("--json", action="store_true", help="answer with one line of JSON")
    return shape


def policy(asked: argparse.Namespace) -> Policy | None:
    """Who may approve, from a trust policy or from single anchors."""
    if asked.trust:
        found = Policy.read(asked.trust)
        found.required = asked.require or found.required
        found.check()
        return found
    named: dict[str, list[Path]] = {}
    for text in asked.anchor:
        role, _, file = text.partition("=")
        named.setdefault(role, []).append(Path(file))
    return Policy.of(named, asked.require or list(named), asked.revoked) if named else None


def text_of(path: Path) -> str:
    try:
        return contents(path, SMALL).decode()
    except ValueError:
        raise Unreadable(f"'{path}' is no text") from None


def given(checkpoints: list[str], keys: list[str], witnesses: list[str]) -> ledger.Given:
    """What is known from elsewhere; what of it cannot be read is the asker's mistake, and no verdict."""
    try:
        return ledger.Given(list(map(Note.read, checkpoints)), list(map(given_key, keys)),
                            list(map(Witness.read, witnesses)))
    except Refused as refusal:
        raise Unreadable(f"what is known from elsewhere cannot be used: {refusal.reason}") from None


def verify(asked: argparse.Namespace) -> Report:
    """Does what was asked."""
    known = given(*([text_of(path) for path in paths] for paths in (asked.checkpoint, asked.key, asked.witness)))
    now = calendar.timegm(time.strptime(asked.at, "%Y-%m-%dT%H:%M:%SZ")) if asked.at else int(time.time())
    place = asked.bundle or asked.document or asked.signatures or asked.statement or asked.proof or asked.ledger
    report = Report(place)
    if asked.ledger and Path(place).is_dir():
        folder.verify(Path(place), known, report)
    elif asked.document:
        documents.verify_document(contents(Path(place), 2 * SMALL), policy(asked), now, report)
    elif asked.signatures:
        bundle.check_signatures(contents(Path(place), SMALL), contents(asked.content, SMALL), policy(asked), now, report)
    elif asked.statement:
        documents.verify_statement(contents(Path(place), 2 * SMALL), known.keys, report)
    elif asked.proof:
        ledger.verify_proof(contents(Path(place), 2 * SMALL), known, report)
    else:
        with opened(place) as file:
            if asked.bundle:
                bundle.verify(file, policy(asked), now, report)
            else:
                ledger.verify_export(file, known, report)
    return report


def opened(place: str) -> BinaryIO:
    """A file; what comes by standard input is kept in one, since torn lines are read twice."""
    if place != "-":
        return open(place, "rb")
    kept = tempfile.TemporaryFile()
    while data := sys.stdin.buffer.read(SMALL):
        kept.write(data)
    kept.seek(0)
    return kept


def batch(source: BinaryIO, target: TextIO) -> int:
    """Verifies export after export; the status is that of the worst."""
    worst = 0
    while line := source.readline(SMALL):
        head = json.loads(line)
        report = Report("export")
        try:
            known = given(head.get("checkpoints", []), head.get("keys", []), [])
            ledger.verify_export(io.BytesIO(source.read(head["length"])), known, report)
        except Unreadable as error:
            report.unchecked.append(str(error))
        worst = max(worst, report.status)
        print(report.json(), file=target)
    return worst


def main() -> int:
    """Runs the command; the result is its exit status."""
    shape = parser()
    asked = shape.parse_args()
    if bool(asked.signatures) != bool(asked.content):
        shape.error("--signatures and --content belong together")
    try:
        if asked.batch:
            return batch(sys.stdin.buffer, sys.stdout)
        report = verify(asked)
    except (Unreadable, OSError, ValueError) as error:
        print(f"verify-ledger: {error}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(f"verify-ledger: {refusal.reason} [{refusal.code}]", file=sys.stderr)
        return 1
    print(report.json() if asked.json else report.text())
    return report.status
