"""Which slot sets GRUB would start, from its environment: the rules of docs/boot-control.md, and RAUC's own.

Written from the documents, not from the programs: this is one more opinion, and a sweep shows where they differ.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

Environment = Mapping[str, str]


def read(file: Path) -> Environment | None:
    """What grub-editenv, the loader's own tool, reads; None if it cannot."""
    said = subprocess.run(["grub-editenv", str(file), "list"], capture_output=True, text=True, check=False)
    if said.returncode != 0:
        return None
    return dict(line.split("=", 1) for line in said.stdout.splitlines() if "=" in line)


def _attempts(environment: Environment, name: str) -> int:
    """How often a set that is not confirmed would still be started."""
    if environment.get(f"{name}_OK") != "1" or environment.get(f"{name}_TRY", "") not in ("", "0"):
        return 0
    left = environment.get(f"{name}_LEFT", "")
    return int(left) if left in tuple("23456789") else 1


def ours(environment: Environment) -> list[str]:
    """Every set that power cuts and more power cuts would make Aftercare's script start, first to last.

    A trial is started as often as it has attempts, the confirmed one for ever; it is the last resort whatever else is there.
    """
    order = environment.get("ORDER", "").split()
    confirmed = environment.get("CONFIRMED", "")
    found: list[str] = []
    for name in order:
        if name not in ("A", "B") or environment.get(f"{name}_OK") != "1":
            continue
        if name == confirmed:
            return [*found, name]
        if _attempts(environment, name):
            found.append(name)
    return [*found, confirmed] if confirmed in ("A", "B") else found


def rauc(environment: Environment) -> list[str]:
    """The same for RAUC's example (contrib/grub.conf): each set in the order with OK 1 and TRY 0 is tried once.

    Where none is left the example starts a rescue system and forgets the tries, so that the next start begins anew.
    """
    good = [name for name in environment.get("ORDER", "").split() if environment.get(f"{name}_OK") == "1"]
    return [name for name in good if environment.get(f"{name}_TRY", "0") == "0"] or good
