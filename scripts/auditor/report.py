"""What the verifier answers: findings, warnings, what was checked and what was not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


class Refused(Exception):
    """Something is not as the documents say it must be; `code` is the documents' own number for it, where it has one."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Unreadable(Exception):
    """The verifier itself could not do its work: a file or a program is missing."""


def printable(text: str, limit: int = 200) -> str:
    """Text from outside as it may be shown: no control characters, and not endless."""
    shown = "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text[:limit])
    return shown + ("…" if len(text) > limit else "")


@dataclass
class Report:
    """The answer for one thing that was checked."""

    subject: str
    facts: dict[str, object] = field(default_factory=dict)
    checked: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    findings: list[dict[str, object]] = field(default_factory=list)

    def finds(self, code: str, reason: str, **details: object) -> None:
        """Adds something that is not as it must be; the first one decides what is named."""
        self.findings.append({"code": code, "reason": printable(reason, 500), **details})

    def warns(self, text: str) -> None:
        """Adds what a person should know although it refuses nothing; what repeats itself stands once."""
        if (shown := printable(text, 500)) not in self.warnings:
            self.warnings.append(shown)

    @property
    def status(self) -> int:
        """3 where something was found, 1 where not all could be checked, else 0."""
        return 3 if self.findings else 1 if self.unchecked else 0

    def json(self) -> str:
        """One line for programs."""
        verdict = {0: "right", 1: "unfinished", 3: "wrong"}[self.status]
        return json.dumps({"subject": self.subject, "verdict": verdict, **self.facts, "findings": self.findings,
                           "warnings": self.warnings, "checked": self.checked, "unchecked": self.unchecked},
                          ensure_ascii=True)

    def text(self) -> str:
        """The page for people."""
        lines = [printable(self.subject)]
        lines += [f"  {name:<18} {shown(value)}" for name, value in self.facts.items() if value not in (None, [], {})]
        lines += [f"  checked            {each}" for each in self.checked]
        lines += [f"  NOT CHECKED        {each}" for each in self.unchecked]
        lines += [f"  warning            {each}" for each in self.warnings]
        for finding in self.findings:
            code = f" [{finding['code']}]" if finding["code"] else ""
            lines.append(f"  WRONG              {finding['reason']}{code}")
        lines.append({0: "Nothing was found wrong.", 1: "Not everything could be checked.",
                      3: "This is not as it must be."}[self.status])
        return "\n".join(lines)


def shown(value: object) -> str:
    """A fact on one line."""
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(each)}" for name, each in value.items())
    return printable(str(value))
