"""What the ledger costs: entries a second, bytes, opening, verification and its memory."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from .aftercare import PROGRAMS
from .machine import MIB, Failure


def timed(*arguments: str) -> tuple[float, float]:
    """Runs the program and gives its seconds and its largest resident memory in MiB."""
    begun = time.monotonic()
    child = subprocess.Popen([str(PROGRAMS / "aftercare"), *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failure(f"aftercare {' '.join(arguments)}: status {child.returncode}")
    return time.monotonic() - begun, usage.ru_maxrss * 1024 / MIB


def fill(folder: Path, entries: int, group: int) -> dict:
    folder.mkdir()
    done = subprocess.run(
        [str(PROGRAMS / "aftercare"), "ledger", "fill", str(folder), "--entries", str(entries), "--group", str(group)],
        check=True, stdout=subprocess.PIPE, text=True)  # fmt: skip
    return json.loads(done.stdout)


def measure_ledger(entries: int) -> dict:
    """Fills a ledger one by one and in groups, on the disk of the temporary folder, and reads it again."""
    with tempfile.TemporaryDirectory(prefix="aftercare-ledger-") as name:
        single = fill(Path(name) / "single", 2000, 1)
        folder = Path(name) / "groups"
        result = {"single": single, "groups": fill(folder, entries, 100)}
        ledger, export = str(folder / "ledger"), str(Path(name) / "export.jsonl")
        for key, arguments in {
            "verify": ["verify", "--folder", ledger],
            "export": ["export", "--folder", ledger, "--output", export],
            "verify export": ["verify", "--file", export],
            "prove": ["prove", str(entries // 2), "--folder", ledger, "--output", str(Path(name) / "proof.json")],
        }.items():
            seconds, memory = timed("ledger", *arguments)
            result[key] = {"seconds": seconds, "resident": memory}
        return result


def rows(result: dict) -> list[list[str]]:
    """The figures as lines of a table: what, and how much."""
    single, groups = result["single"], result["groups"]
    lines = [
        ["entries a second, each flushed", f"{single['entries'] / single['seconds']:.0f}"],
        ["entries a second, 100 a flush", f"{groups['entries'] / groups['seconds']:.0f}"],
        ["bytes an entry", f"{groups['bytes'] / groups['entries']:.0f}"],
        [f"open and sign at {groups['entries']} entries, ms", f"{groups['open-seconds'] * 1000:.0f}"],
        ["checkpoint, bytes", str(groups["checkpoint-bytes"])],
        ["proof of an entry, bytes with the entry", str(groups["proof-bytes"])],
        ["inclusion proof, hashes", str(groups["inclusion-hashes"])],
        ["consistency proof, hashes", str(groups["consistency-hashes"])],
    ]
    for key in ["verify", "export", "verify export", "prove"]:
        lines.append([f"{key}, s", f"{result[key]['seconds']:.2f}"])
        lines.append([f"{key}, resident MiB", f"{result[key]['resident']:.1f}"])
    return lines
