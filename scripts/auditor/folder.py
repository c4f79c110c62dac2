"""A ledger's folder, as it is on a device or in a copy of its disk (docs/ledger.md, Files and A folder)."""

from __future__ import annotations

import hashlib
import re
from contextlib import ExitStack
from pathlib import Path

from . import canonical, merkle
from .ledger import Beginning, Broken, Given, Walk, check_notes, describe, is_hash, refuse_others, tell
from .lines import Lines, Segment
from .notes import Note, NoteKey
from .report import Refused, Report, Unreadable

NAME = re.compile(r"entries-(\d{16})\.jsonl", re.ASCII)


def frame(folder: Path, name: str) -> dict[str, object] | None:
    """The members of a frame in a file of the folder, or None where there is none; what is no frame counts as broken."""
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(f"cannot read '{folder / name}': {error.strerror}") from None
    try:
        found = canonical.read(data.removesuffix(b"\n"))
        digest = found.pop("digest")
        if hashlib.sha256(canonical.encode(found)).hexdigest() == digest:
            return found
        raise Broken(0, f"'{name}' has another digest than it says")
    except (Refused, KeyError, TypeError, AttributeError):
        raise Broken(0, f"'{name}' is no frame") from None


def notes(folder: Path) -> list[Note]:
    """The checkpoints that the folder keeps."""
    try:
        lines = (folder / "checkpoints.jsonl").read_bytes().splitlines()
    except FileNotFoundError:
        return []
    try:
        return [Note.read(canonical.read(line)["note"]) for line in lines]
    except (Refused, KeyError, TypeError):
        raise Broken(0, "'checkpoints.jsonl' holds something that is no checkpoint") from None


def dropped(folder: Path, first: int) -> tuple[bytes, merkle.Tree]:
    """What is left of the lines before the oldest segment: the last one's hash, and their tree."""
    if first == 1:
        return merkle.NO_LINE, merkle.Tree()
    name = f"sealed-{first:016}.json"
    found = frame(folder, name)
    try:
        previous, roots = found["previous"], found["tree"]
        if not is_hash(previous) or not all(map(is_hash, roots)):
            raise ValueError
        return bytes.fromhex(previous), merkle.Tree(first - 1, list(map(bytes.fromhex, roots)))
    except (KeyError, TypeError, ValueError):
        raise Broken(0, f"'{name}' is missing, or not as it must be") from None


def keys(folder: Path) -> tuple[str, list[tuple[int, NoteKey]]]:
    """The ledger's origin and its keys, with the size from which each is in force."""
    found = frame(folder, "keys.json")
    if found is None:
        return "", []
    try:
        return found["origin"], [(each["since"], NoteKey.from_text(each["key"])) for each in found["keys"]]
    except (Refused, KeyError, TypeError):
        raise Broken(0, "'keys.json' is not as it must be") from None


def verify(folder: Path, given: Given, report: Report) -> None:
    """All segments of a folder: steps 2, 4 and 5."""
    named = sorted((int(match[1]), path) for path in folder.iterdir() if (match := NAME.fullmatch(path.name)))
    if not named:
        raise Unreadable(f"'{folder}' holds no segment of a ledger")
    walk = None
    with ExitStack() as stack:
        files = [Segment(stack.enter_context(path.open("rb")), number) for number, path in named]
        try:
            first = named[0][0]
            origin, since = keys(folder)
            refuse_others(origin, given)
            kept = notes(folder)
            previous, tree = dropped(folder, first)
            key = next((key for size, key in reversed(since) if size <= first - 1), None)
            sizes = {note.size for note in [*kept, *given.checkpoints]}
            walk = Walk(Lines(files), Beginning(origin, first, None, previous, tree, key, kept), sizes)
            walk.keys = [each for each in since if each[0] < first - 1] + walk.keys
            walk.run()
            check_ahead(kept, walk, origin)
            # Their lines are gone, as they may be; that the tree went on from them nobody can see here.
            report.facts["checkpoints of dropped lines"] = sum(note.size < first - 1 for note in kept) or None
            kept = [note for note in kept if note.size >= first - 1]
            covered = check_notes(walk, kept, given, False, report)
            report.checked.append(f"{len(files)} segments, {walk.at - first} lines, their chain and their tree, and "
                                  f"{len(kept)} checkpoints")
            describe(walk, kept, given, covered, report)
        except Broken as broken:
            tell(broken, walk, report)


def check_ahead(kept: list[Note], walk: Walk, origin: str) -> None:
    """A folder cannot have a checkpoint of more lines than it has."""
    for note in kept:
        if note.origin != origin:
            raise Broken(0, f"a checkpoint is of '{note.origin}'")
    if any(note.size >= walk.at for note in kept):
        raise Broken(walk.at, f"lines are missing: there is a checkpoint of {max(n.size for n in kept)} lines")
