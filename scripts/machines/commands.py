"""Child processes: run to their end, with what they said in the error when they failed."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class Failure(Exception):
    """Something did not go as it must; the text is for people."""


class Restarted(Failure):
    """The machine restarted while it was asked something."""


def run(
    *arguments: str | Path,
    folder: Path | None = None,
    input: str | bytes | None = None,
    environment: Mapping[str, str] | None = None,
    status: Sequence[int] = (0,),
) -> str:
    """Runs a program and returns its standard output; any other exit status than `status` is a failure."""
    data = input.encode() if isinstance(input, str) else input
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"  # sfdisk, mkfs.vfat and depmod are there
    result = subprocess.run(
        [str(each) for each in arguments],
        cwd=folder,
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PATH": path, **(environment or {})},
        check=False,
    )
    output = result.stdout.decode("utf-8", "replace")
    if result.returncode not in status:
        said = (result.stderr.decode("utf-8", "replace").strip() or output.strip())[-2000:]
        raise Failure(f"'{' '.join(str(each) for each in arguments[:4])}' ended with {result.returncode}: {said}")
    return output
