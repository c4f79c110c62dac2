"""One door, tried for a while."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from .cache import Cache, Tally
from .program import Program

# What one input may take: seconds, and MiB of the whole process, which holds the corpus too.
_TIMEOUT = 10
_MEMORY = 1024
_MEMORY_WITH_SANITIZER = 3072
_STATUS = re.compile(rb"^#(\d+)\s+\S+ +cov: (\d+) ft: (\d+)", re.MULTILINE)
_EXECUTED = re.compile(rb"^stat::number_of_executed_units: +(\d+)", re.MULTILINE)
_BROKEN = ("crash-", "timeout-", "oom-", "leak-")
# So much larger than after the last time, and a corpus is cut down to what reaches something.
_GROWTH = 1.5
_SMALLEST_MERGED = 400
_LOG_SIZE = 64 << 10


@dataclass
class Trial:
    """What came of it."""

    door: str
    tally: Tally
    # Where the end of its output is kept if it failed.
    log: Path
    findings: list[Path] = field(default_factory=list)
    # What the program said last, where it found something or did not run at all.
    words: str = ""

    @property
    def failed(self) -> bool:
        """Whether something was found, or nothing tried."""
        return bool(self.findings) or bool(self.words)


def command(program: Program, door: str, *words: str) -> list[str]:
    """How the program is called for this door."""
    return [str(program.path), f"--door={door}", *words]


def run(program: Program, cache: Cache, door: str, seconds: int) -> Trial:
    """Tries a door for so many seconds, beginning with its seeds and what earlier runs found of interest."""
    corpus, findings = cache.corpus(door), cache.findings(door)
    known = set(findings.iterdir())
    words = [
        f"-max_total_time={seconds}",
        f"-timeout={_TIMEOUT}",
        f"-rss_limit_mb={_MEMORY_WITH_SANITIZER if program.sanitizer else _MEMORY}",
        f"-artifact_prefix={findings}/",
        f"-dict={cache.words(door)}",
        "-print_final_stats=1",
        "-reload=0",
        "-use_value_profile=1" if seconds > 30 else "-use_value_profile=0",
        str(corpus),
        str(cache.seeds(door)),
    ]
    start = time.monotonic()
    status, output, cpu = _call(command(program, door, *words), limit=seconds + 300)
    tally = Tally(cpu_seconds=cpu, seconds=time.monotonic() - start, corpus=len(os.listdir(corpus)))
    for executions, coverage, features in _STATUS.findall(output)[-1:]:
        tally.executions, tally.coverage, tally.features = int(executions), int(coverage), int(features)
    for executions in _EXECUTED.findall(output):
        tally.executions = int(executions)
    trial = Trial(door, tally, findings / "last-failure.log")
    trial.findings = sorted(path for path in set(findings.iterdir()) - known if path.name.startswith(_BROKEN))
    tally.findings = len(trial.findings)
    if status != 0:
        trial.words = _last_words(output)
        trial.log.write_bytes(output[-_LOG_SIZE:])
    cache.add(door, tally)
    return trial


def merge(program: Program, cache: Cache, door: str) -> None:
    """Cuts a corpus that has grown down to inputs that each reach something the others do not."""
    corpus = cache.corpus(door)
    mark = cache.folder / "corpora" / f"{door}.merged"
    last = int(mark.read_text()) if mark.exists() else 0
    if len(os.listdir(corpus)) < max(_SMALLEST_MERGED, last * _GROWTH):
        return
    fresh = corpus.with_name(f"{door}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    status, _, _ = _call(command(program, door, "-merge=1", f"-timeout={_TIMEOUT}", str(fresh), str(corpus)), limit=3600)
    if status == 0:
        shutil.rmtree(corpus)
        fresh.rename(corpus)
    else:
        shutil.rmtree(fresh)
    mark.write_text(str(len(os.listdir(corpus))))


def _call(words: list[str], limit: int) -> tuple[int, bytes, float]:
    """Gives status, what was said, and the seconds of CPU; files of inputs lie in memory and go afterwards."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as place:
        # A crash is told by the file that it leaves; a trace of each would take longer than finding it.
        environment = os.environ | {"TMPDIR": place, "SWIFT_BACKTRACE": "enable=no"}
        with tempfile.TemporaryFile() as output:
            with subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=place) as process:
                cpu = _wait(process, limit)
            output.seek(0)
            return process.returncode, output.read(), cpu


def _wait(process: subprocess.Popen[bytes], limit: int) -> float:
    deadline = time.monotonic() + limit
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime
        if time.monotonic() > deadline:
            process.kill()
            deadline += limit
        time.sleep(0.1)


def _last_words(output: bytes) -> str:
    lines = output.decode(errors="replace").splitlines()
    telling = [line for line in lines if line.startswith("AC-") or "ERROR: " in line or "Fatal error" in line]
    return "; ".join((telling or lines[-3:])[:3])[:500]
