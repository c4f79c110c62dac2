"""The version, which stands in one place of the sources, and the changelog as Debian writes it."""

import re
import textwrap
from calendar import timegm
from email.utils import formatdate
from pathlib import Path
from time import strptime

SOURCE = "Sources/Vocabulary/ProgramVersion.swift"
SECTION = re.compile(r"^## \[(?P<version>[^]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)
LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")


class Failure(Exception):
    pass


def program_version(project: Path) -> str:
    found = re.search(r'static let text = "([^"]+)"', (project / SOURCE).read_text())
    if not found:
        raise Failure(f"{SOURCE} names no version")
    return found.group(1)


def debian_version(version: str) -> str:
    """1.0.0-rc.1 comes before 1.0.0: Debian says that with a tilde."""
    return version.replace("-", "~", 1)


def items(section: str) -> list[str]:
    """The items of a section of the changelog as plain text."""
    found = re.findall(r"^- (.*(?:\n  .*)*)", section, re.MULTILINE)
    plain = [LINK.sub(r"\1", item).replace("`", "").replace("**", "") for item in found]
    return [" ".join(item.split()) for item in plain]


def entry(package: str, version: str, changes: list[str], maintainer: str, seconds: int) -> str:
    lines = [f"{package} ({debian_version(version)}) stable; urgency=medium", ""]
    for change in changes:
        lines += textwrap.wrap(
            change, 78, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False)
    return "\n".join([*lines, "", f" -- {maintainer}  {formatdate(seconds, localtime=False)}", ""])


def debian_changelog(package: str, text: str, version: str, maintainer: str, seconds: int) -> str:
    """What CHANGELOG.md says, newest first; what is not released yet counts as the version that is packaged."""
    heads = list(SECTION.finditer(text))
    if not heads:
        raise Failure("CHANGELOG.md has no section")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    entries = []
    for head, end in zip(heads, ends):
        changes = items(text[head.end() : end])
        if not changes:
            continue
        # Days are dated, moments are not: the newest entry has the time of the package.
        day = head["date"]
        at = seconds if not entries or day is None else timegm(strptime(day, "%Y-%m-%d"))
        name = version if head["version"] == "Unreleased" else head["version"]
        entries.append(entry(package, name, changes, maintainer, at))
    return "\n".join(entries)
