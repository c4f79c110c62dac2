"""A ledger: an export, a folder, or the proof of one entry (docs/ledger.md, Verifying)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from . import canonical, merkle
from .clocks import Clocks
from .lines import HASH, Line, Lines, Segment, is_whole
from .notes import Note, NoteKey, Witness, decode
from .report import Refused, Report, Unreadable

HEADER = {"format", "digest", "origin", "first", "last", "previous", "range", "key", "checkpoints"}
END = {"format", "digest", "previous"}


class Broken(Exception):
    """The ledger is not whole: the first bad index and the reason."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason


@dataclass
class Given:
    """What the verifier knows from elsewhere: heads that somebody kept, the device's key, witnesses' keys."""

    checkpoints: list[Note] = field(default_factory=list)
    keys: list[NoteKey] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)


@dataclass
class Beginning:
    """Where the lines begin, and what is known of those before."""

    origin: str
    first: int
    last: int | None
    previous: bytes
    tree: merkle.Tree
    key: NoteKey | None
    notes: list[Note]


class Walk:
    """Step 2: goes through the lines, and keeps the roots and keys at the sizes that notes ask about."""

    def __init__(self, lines: Lines, start: Beginning, sizes: set[int]) -> None:
        self.lines, self.start, self.sizes = lines, start, sizes
        self.tree, self.clocks = start.tree, Clocks()
        self.at = start.first
        self.hash = start.previous
        self.group: int | None = None
        self.keys: list[tuple[int, NoteKey | None]] = [(start.first - 1, start.key)]
        self.roots = {start.first - 1: self.tree.root}
        self.entries = self.torn = 0

    @property
    def key(self) -> NoteKey | None:
        return self.keys[-1][1]

    def key_at(self, size: int) -> NoteKey | None:
        """The key in force at a size."""
        return next((key for since, key in reversed(self.keys) if since <= size), self.start.key)

    def run(self) -> None:
        """All lines from `first` to `last`, or to the end of a folder."""
        while self.start.last is None or self.at <= self.start.last:
            line = self.lines.take()
            if line is None:
                if self.start.last is None:
                    return
                raise Broken(self.at, "it ends before this line begins")
            self.check_name(line)
            if self.fits(line):
                self.accept(line)
            else:
                self.misfit(line)

    def check_name(self, line: Line) -> None:
        """A segment's name gives the number of its first line."""
        number = self.lines.segments[line.file].number
        if line.offset == 0 and number is not None and number != self.at:
            raise Broken(self.at, f"a segment begins with line {number} by its name, line {self.at} is due")

    def fits(self, line: Line) -> bool:
        entry = line.entry
        return (entry is not None and entry["sequence"] == self.at and entry["previous"] == self.hash.hex()
                and entry["group"] in (self.at, self.group))

    def advance(self, line_hash: bytes) -> None:
        """One line more in the tree and the chain."""
        self.tree.add(line_hash)
        if self.at in self.sizes:
            self.roots[self.at] = self.tree.root
        self.hash = line_hash
        self.at += 1

    def accept(self, line: Line) -> None:
        """A line that fits."""
        entry = line.entry
        if entry["type"] == "ledger.key" and self.start.key is not None:
            self.change_key(entry["body"])
        self.clocks.see(entry)
        self.group = entry["group"]
        self.entries += 1
        self.advance(line.hash)

    def change_key(self, body: object) -> None:
        """From here on another key signs, and both say so."""
        try:
            old, new = (NoteKey.from_text(body[name]) for name in ("from", "to"))
            text = f"aftercare ledger key\n{self.start.origin}\n{old.text}\n{new.text}\n".encode()
            right = old == self.key and all(
                key.id("") is not None and key.signed(decode(body[f"{name}-signature"]), text)
                for name, key in (("from", old), ("to", new)))
        except (Refused, KeyError, TypeError):
            right = False
        if not right:
            raise Broken(self.at, "the device's key is said to change, but not by both keys")
        self.keys.append((self.at, new))

    def is_vouched(self, number: int, line: Line) -> bool:
        """Whether what follows the line confirms it; nothing at all counts as well."""
        following = self.lines.peek()
        if following is None:
            return True
        is_last = number == self.start.last
        found = following.frame(END) if is_last else following.entry
        return found is not None and found["previous"] == line.hash.hex()

    def misfit(self, line: Line) -> None:
        """The first line that does not fit: torn by a power cut and marked so, or the place where it is broken."""
        begin, before, confirmed = self.at, self.hash, self.is_vouched(self.at, line)
        length = line.length
        self.advance(line.hash)
        marker: Line | None = None
        while self.start.last is None or self.at <= self.start.last:
            following = self.lines.take()
            if following is None:
                break
            if (entry := following.entry) is not None and entry["group"] == entry["sequence"]:
                marker = following
                break
            length += following.length
            self.advance(following.hash)
        if marker is not None and self.is_marker(marker):
            body = marker.entry["body"] if isinstance(marker.entry["body"], dict) else {}
            counts = (is_whole(body.get("lines"), 0) and body["lines"] == self.at - begin
                      and is_whole(body.get("length"), 0) and body["length"] == length
                      and body.get("digest") == self.lines.digest(line, length).hex())
            if counts and body.get("before") == before.hex():
                # Torn lines are leaves of the tree like all others; the marker is an entry.
                self.torn += self.at - begin
                self.accept(marker)
                return
            if not self.is_vouched(self.at, marker):
                raise Broken(self.at, "it marks torn lines that are not as it says")
            if counts:
                raise Broken(begin - (begin > self.start.first), "what is marked as torn does not follow this line")
            raise Broken(begin, "it is in a torn region, but not as that was marked")
        entry = line.entry
        if (entry is not None and entry["sequence"] == begin and entry["previous"] != before.hex()
                and begin > self.start.first and confirmed):
            raise Broken(begin - 1, "the lines after it follow another line")
        if self.start.last is None and marker is None and entry is None:
            raise Broken(begin, "torn: the last write was cut short, and the device has not marked it yet")
        raise Broken(begin, misfit_reason(entry, begin, before))

    def is_marker(self, line: Line) -> bool:
        """Whether it fits here, apart from what came since the last line that fitted, and is a marker."""
        entry = line.entry
        return (entry["sequence"] == entry["group"] == self.at and entry["previous"] == self.hash.hex()
                and entry["type"] == "ledger.torn")


def misfit_reason(entry: dict | None, number: int, before: bytes) -> str:
    """In words for people what does not fit."""
    if entry is None:
        return "it is no entry"
    if entry["sequence"] != number:
        return f"it says that it is entry {entry['sequence']}"
    return "it does not follow the line before it" if entry["previous"] != before.hex() else "its group is another"


def check_notes(walk: Walk, notes: list[Note], given: Given, must_cover: bool, report: Report) -> int:
    """Steps 4 and 5: every checkpoint, by growing size; the size up to which the lines are proven."""
    start, last = walk.start, walk.at - 1
    covered = start.first - 1
    later = [note for note in given.checkpoints if note.size > last]
    if start.key is None:
        if given.checkpoints or given.keys:
            raise Broken(0, "it is not signed, although its key or a checkpoint is known from elsewhere")
        report.warns("it is not signed: that no line is missing at its end, and who wrote it, cannot be seen")
        return covered
    for note in sorted([*notes, *(n for n in given.checkpoints if n.size <= last)], key=lambda note: note.size):
        if note.size not in walk.roots:
            report.unchecked.append(f"the checkpoint of {note.size} lines: they are not here")
            continue
        key = walk.key_at(note.size)
        if key is None or not note.is_good(key):
            raise Broken(0, f"the checkpoint of {note.size} lines is not signed by the device's key")
        if note.root != walk.roots[note.size]:
            raise Broken(covered + 1, f"the checkpoint of {note.size} lines is of other lines")
        covered = max(covered, note.size)
    if must_cover and covered < last:
        raise Broken(covered + 1, "no checkpoint covers the lines from here on")
    known = [key for _, key in walk.keys]
    if any(key not in known for key in given.keys):
        raise Broken(0, "the device's key that is known is not the one that signed here")
    for note in later:
        if not note.is_good(walk.key_at(last)):
            raise Broken(0, f"the checkpoint of {note.size} lines, from elsewhere, is not by the key in force")
        raise Broken(last + 1, f"lines are missing: there was a checkpoint of {note.size} lines")
    return covered


def read_header(line: Line | None) -> Beginning:
    """Step 1: the header of an export, and the form of all checkpoints in it."""
    fault = Broken(0, "the header is not as an export's must be")
    header = line.frame(HEADER) if line is not None else None
    if header is None or header["format"] != "aftercare.ledger-export/1" or not isinstance(header["origin"], str):
        raise fault
    first, last, previous, roots = (header[name] for name in ("first", "last", "previous", "range"))
    if not (is_whole(first, 1) and is_whole(last, first - 1) and is_hash(previous) and isinstance(roots, list)
            and all(map(is_hash, roots)) and len(roots) == (first - 1).bit_count()
            and (first > 1 or previous == merkle.NO_LINE.hex())):
        raise fault
    texts = header["checkpoints"]
    if not isinstance(texts, list) or bool(texts) != (header["key"] is not None):
        raise fault
    try:
        notes = [Note.read(text if isinstance(text, str) else "") for text in texts]
        key = None if header["key"] is None else NoteKey.from_text(header["key"])
    except Refused as refusal:
        raise Broken(0, f"the header: {refusal.reason}") from None
    sizes = [note.size for note in notes]
    if (any(note.origin != header["origin"] for note in notes) or sizes != sorted(set(sizes))
            or not all(first - 1 <= size <= last for size in sizes)):
        raise fault
    tree = merkle.Tree(first - 1, list(map(bytes.fromhex, roots)))
    return Beginning(header["origin"], first, last, bytes.fromhex(previous), tree, key, notes)


def is_hash(value: object) -> bool:
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def check_end(walk: Walk) -> None:
    """Step 3: the end, and nothing behind it."""
    line, last = walk.lines.take(), walk.at - 1
    end = line.frame(END) if line is not None else None
    if end is None or end["format"] != "aftercare.ledger-export-end/1" or not is_hash(end["previous"]):
        raise Broken(0, "the end is missing, or not as it must be")
    if end["previous"] != walk.hash.hex():
        raise Broken(last if last >= walk.start.first else 0, "the end follows another line")
    if walk.lines.peek() is not None:
        raise Broken(0, "something follows the end")


def verify_export(file: BinaryIO, given: Given, report: Report) -> None:
    """An export, by the five steps of the document."""
    lines, walk = Lines([Segment(file)]), None
    try:
        start = read_header(lines.take())
        refuse_others(start.origin, given)
        sizes = {note.size for note in [*start.notes, *given.checkpoints]}
        walk = Walk(lines, start, sizes)
        walk.run()
        check_end(walk)
        covered = check_notes(walk, start.notes, given, True, report)
        report.checked.append(f"{walk.at - start.first} lines, their chain and their tree"
                              + (f", and {len(start.notes)} checkpoints" if start.notes else ""))
        describe(walk, start.notes, given, covered, report)
    except Broken as broken:
        tell(broken, walk, report)


def refuse_others(origin: str, given: Given) -> None:
    """A checkpoint of another ledger says nothing about this one."""
    for note in given.checkpoints:
        if note.origin != origin:
            raise Unreadable(f"the checkpoint that was given is of '{note.origin}', this is '{origin}'")


def tell(broken: Broken, walk: Walk | None, report: Report) -> None:
    """The one answer that a broken ledger has."""
    where = f"line {broken.index}" if broken.index else "header, end, checkpoints or key"
    report.finds("", f"{where}: {broken.reason}", index=broken.index)
    if walk is not None:
        report.facts["entries before that"] = walk.entries


def describe(walk: Walk, notes: list[Note], given: Given, covered: int, report: Report) -> None:
    """What a whole ledger is, and what an auditor should look at in it."""
    start = walk.start
    report.facts |= {
        "origin": start.origin, "first": start.first, "last": walk.at - 1, "entries": walk.entries,
        "torn": walk.torn, "head": walk.hash.hex(), "covered": covered, "uncovered": walk.at - 1 - covered,
        "keys": len(walk.keys) if start.key else 0, **walk.clocks.facts()}
    if start.first > 1:
        report.facts["dropped"] = start.first - 1
    if walk.torn:
        report.warns(f"{walk.torn} lines were torn by power cuts: gaps in what is known")
    for text in walk.clocks.warnings():
        report.warns(text)
    if given.keys == [] and start.key is not None:
        report.warns(f"whose key signed it is not known here; give it with --key: {start.key.text}")
    signed = []
    for witness in given.witnesses:
        seen = [(note.size, when) for note in [*notes, *given.checkpoints]
                if (when := note.witnessed(witness)) is not None]
        if seen:
            size, when = max(seen)
            signed.append({"name": witness.name, "size": size, "time": when})
        else:
            report.warns(f"the witness '{witness.name}' has signed none of the checkpoints")
    if given.witnesses:
        report.facts["witnesses"] = signed


def verify_proof(data: bytes, given: Given, report: Report) -> None:
    """The proof that one entry is in the ledger of a checkpoint."""
    try:
        if not data.endswith(b"\n"):
            raise Refused("", "the proof does not end with a line feed")
        proof = canonical.read(data[:-1])
        if not isinstance(proof, dict) or proof.get("format") != "aftercare.ledger-proof/1":
            raise Refused("", "it is no proof of an entry")
        note, key = Note.read(proof.get("checkpoint") or ""), NoteKey.from_text(proof.get("key"))
        steps = [decode(each) for each in proof.get("proof", [])]
        sequence, text = proof.get("sequence"), proof.get("entry")
        if not isinstance(text, str) or any(len(step) != 32 for step in steps):
            raise Refused("", "the proof has not the form of one")
        refuse_others(note.origin, given)
        if not note.is_good(key):
            raise Refused("", "its checkpoint is not signed by its key")
        if given.keys and key not in given.keys:
            raise Refused("", "its key is not the device's that is known")
        line = Line(text.encode(), True, merkle.leaf(text.encode()), 0, 0, 0)
        if "\n" in text or line.entry is None or line.entry["sequence"] != sequence:
            raise Refused("", "its entry is no entry with that number")
        if not 1 <= sequence <= note.size:
            raise Refused("", f"entry {sequence} is not among the {note.size} lines of its checkpoint")
        if merkle.root_by_proof(sequence - 1, note.size, line.hash, steps) != note.root:
            raise Refused("", "the hashes do not lead from the entry to the checkpoint's root")
        report.checked.append("the entry is in the ledger that the checkpoint is of")
    except Refused as refusal:
        report.finds("", refusal.reason)
        return
    report.facts |= {"origin": note.origin, "sequence": sequence, "size": note.size, "type": line.entry["type"],
                     "time": line.entry["time"], "body": canonical.write(line.entry["body"])}
    if not given.keys:
        report.warns(f"whose key signed it is not known here; give it with --key: {key.text}")
    report.facts["witnesses"] = [witness.name for witness in given.witnesses if note.witnessed(witness) is not None]
