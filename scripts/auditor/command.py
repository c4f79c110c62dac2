"""The command: what it is asked, and how it answers."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from . import bundle
from .report import Refused, Report, Unreadable
from .trust import Policy

USAGE = """\
exit status: 0 nothing was found wrong; 1 not everything could be checked; 2 wrong usage; 3 something is wrong
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify-ledger", description=__doc__, epilog=USAGE)
    parser.add_argument("--bundle", type=Path, metavar="FILE", help="a release")
    trust = parser.add_argument_group("who may approve (for --bundle and --document)")
    trust.add_argument("--trust", type=Path, metavar="PLACE", help="a TOML file with [trust], or a folder with trust.toml")
    parser.add_argument("--json", action="store_true", help="answer in one line of JSON")
    parser.add_argument("--at", metavar="TIME", help="judge certificates at this time instead of now")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    now = int(time.time())
    report = Report(str(asked.bundle))
    policy = Policy.read(asked.trust) if asked.trust else None
    with asked.bundle.open("rb") as file:
        bundle.verify(file, policy, now, report)
    print(report.json() if asked.json else report.text())
    return report.status
