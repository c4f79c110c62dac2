"""The program that libFuzzer drives: building it, its seeds, and its dictionaries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from .cache import Cache

# A text of our sources without interpolation, as it may stand in an input: a member's name, a word, a command.
_TEXT = re.compile(r'"((?:[^"\\\n]|\\[nrt0"\\]){1,48})"')
_RAW_CASE = re.compile(r"^\s*case ([a-z][A-Za-z0-9]*(?:, [a-z][A-Za-z0-9]*)*)$", re.MULTILINE)
_SIZE_LIMIT = 4000


class Program:
    """One build of it, with or without the address sanitizer."""

    def __init__(self, project: Path, sanitizer: str | None, path: Path | None = None) -> None:
        self.project = project
        self.sanitizer = sanitizer
        scratch = ".build-fuzz" if sanitizer is None else f".build-fuzz-{sanitizer}"
        self._scratch = project / scratch
        self.path = path or self._scratch / "release" / "fuzz"

    def build(self) -> None:
        """Builds it; everything of ours is instrumented, so it shares no build with anything else."""
        sanitizers = ["--sanitize", "fuzzer"] + (["--sanitize", self.sanitizer] if self.sanitizer else [])
        subprocess.run(
            ["swift", "build", "-c", "release", *sanitizers, "--scratch-path", self._scratch, "--product", "fuzz"],
            cwd=self.project,
            env=os.environ | {"AFTERCARE_FUZZ": "1"},
            check=True,
        )

    def doors(self) -> dict[str, list[str]]:
        """Every door, with the folders of Sources whose words it understands."""
        lines = self._run("doors").splitlines()
        return {line.split()[0]: line.split()[1:] for line in lines if line}

    def write_seeds(self, cache: Cache) -> None:
        """Writes valid inputs for every door in the place of older ones."""
        shutil.rmtree(cache.folder / "seeds", ignore_errors=True)
        self._run("seeds", str(cache.folder / "seeds"))

    def write_words(self, cache: Cache) -> None:
        """Writes a dictionary for every door: the texts and the cases that stand in the sources of its modules."""
        for door, modules in self.doors().items():
            words: set[str] = set()
            for module in modules:
                for source in sorted((self.project / "Sources" / module).rglob("*.swift")):
                    text = source.read_text()
                    words.update(word for word in _TEXT.findall(text) if "\\(" not in word)
                    for cases in _RAW_CASE.findall(text):
                        words.update(cases.split(", "))
            chosen = sorted(words, key=lambda word: (len(word), word))[:_SIZE_LIMIT]
            cache.words(door).write_text("".join(_entry(word) for word in chosen))

    def _run(self, *words: str) -> str:
        return subprocess.run([self.path, *words], check=True, capture_output=True, text=True).stdout


def _entry(word: str) -> str:
    """A line of libFuzzer's dictionary; the escapes of Swift and of that file are not the same."""
    plain = word.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\0", "\0")
    plain = plain.replace('\\"', '"').replace("\\\\", "\\")
    shown = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in (0x22, 0x5C) else f"\\x{byte:02X}" for byte in plain.encode()
    )
    return f'"{shown}"\n'
