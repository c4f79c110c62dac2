"""What a person, or another program, is told of trials."""

from __future__ import annotations

import json
from dataclasses import asdict

from .cache import Tally
from .program import Program
from .trial import Trial, command

_COLUMNS = ("door", "executions", "a second", "coverage", "features", "corpus", "CPU s", "findings")


def table(tallies: dict[str, Tally]) -> str:
    """A line for each door, and one for all of them."""
    rows = [_COLUMNS, *(_row(door, tally) for door, tally in sorted(tallies.items()))]
    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
        whole.coverage = whole.features = 0
    whole.corpus = sum(tally.corpus for tally in tallies.values())
    rows.append(_row("all", whole))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in pairs)
        for pairs in (list(enumerate(zip(row, widths))) for row in rows)
    )


def findings(program: Program, trials: list[Trial]) -> str:
    """What was found, with the command that shows it again."""
    lines = []
    for trial in trials:
        for path in trial.findings:
            lines.append(f"{trial.door}: {trial.words}\n  {' '.join(command(program, trial.door, str(path)))}")
        if trial.words and not trial.findings:
            lines.append(f"{trial.door} did not end well: {trial.words}\n  {trial.log}")
    return "\n".join(lines)


def as_json(tallies: dict[str, Tally], trials: list[Trial]) -> str:
    """The same for programs."""
    found = [{"door": trial.door, "file": str(path), "words": trial.words} for trial in trials for path in trial.findings]
    return json.dumps({"doors": {door: asdict(tally) for door, tally in tallies.items()}, "findings": found}, indent=2)


def _row(door: str, tally: Tally) -> tuple[str, ...]:
    return (
        door,
        f"{tally.executions:,}",
        f"{tally.executions / tally.cpu_seconds:,.0f}" if tally.cpu_seconds else "-",
        f"{tally.coverage:,}" if tally.coverage else "-",
        f"{tally.features:,}" if tally.features else "-",
        f"{tally.corpus:,}",
        f"{tally.cpu_seconds:,.0f}",
        str(tally.findings),
    )
