"""Tests of what judges a recording, on logs made by hand: python3 -m unittest discover -s scripts -t scripts."""

import itertools
import mmap
import random
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from . import loader_rules, partitions
from .recording import Recording, promises, told
from .states import Disk, Region, State
from .sweep import Sweep, copy_sparse
from .write_log import DISCARD, ENTRY, FLUSH, FUA, MAGIC, MARK, SECTOR, SUPERBLOCK, Damaged, Flush, Write, WriteLog

Made = tuple[int, int, bytes]  # sector, flags, data


def log_of(path: Path, entries: list[Made], unit: int = SECTOR, count: int | None = None) -> Path:
    data = bytearray(SUPERBLOCK.pack(MAGIC, 1, len(entries) if count is None else count, unit).ljust(unit, b"\0"))
    for sector, flags, content in entries:
        data += ENTRY.pack(sector, len(content) // unit, flags, 0).ljust(unit, b"\0") + content
    path.write_bytes(data)
    return path


def sectors(*letters: str) -> bytes:
    return b"".join(letter.encode() * SECTOR for letter in letters)


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)


class LogTests(Folder):
    def test_writes_flushes_and_marks_are_told_apart(self) -> None:
        entries = [(8, 0, sectors("a", "b")), (0, FLUSH, b""), (0, MARK, b""), (3, FLUSH, sectors("c"))]
        with WriteLog(log_of(self.folder / "log", entries)) as log:
            found = list(log)
            self.assertEqual(found, [Write(8, 2, 1024), Flush(), Flush(), Write(3, 1, 3584)])
            self.assertEqual(log.data[found[0].place(9) :][:SECTOR], sectors("b"))

    def test_the_logs_own_sectors_may_be_larger(self) -> None:
        with WriteLog(log_of(self.folder / "log", [(2, 0, bytes(4096))], unit=4096)) as log:
            self.assertEqual(list(log), [Write(16, 8, 8192)])

    def test_what_is_no_log_is_refused(self) -> None:
        whole = log_of(self.folder / "log", [(8, 0, sectors("a", "b"))])
        cases = {
            "another magic": b"\0" + whole.read_bytes()[1:],
            "cut within an entry": whole.read_bytes()[:-1],
            "more entries than there are": log_of(self.folder / "more", [], count=3).read_bytes(),
            "written through": log_of(self.folder / "through", [(1, FUA, sectors("a"))]).read_bytes(),
        }
        for name, content in cases.items():
            with self.subTest(name):
                (self.folder / "bad").write_bytes(content)
                with self.assertRaises(Damaged), WriteLog(self.folder / "bad") as log:
                    list(log)

    def test_what_was_discarded_is_zero(self) -> None:
        data = bytearray(log_of(self.folder / "log", [(0, DISCARD, b"")]).read_bytes())
        ENTRY.pack_into(data, SECTOR, 4, 2, DISCARD, 0)
        (self.folder / "log").write_bytes(data)
        with WriteLog(self.folder / "log") as log:
            self.assertEqual([(each.sector, each.count, each.place(5)) for each in log], [(4, 2, -1)])


class StateTests(Folder):
    """A disk of 64 sectors in two regions, on which letters are written."""

    REGIONS = [Region("left", 0, 32), Region("right", 32, 32)]

    def play(self, entries: list[Made], samples: int = 20, seed: int = 1) -> list[tuple[State, dict[str, bytes]]]:
        """All states, with what the regions hold in them."""
        (self.folder / "base").write_bytes(sectors(*("." * 64)))
        found = []
        with WriteLog(log_of(self.folder / "log", entries)) as log, open(self.folder / "base", "rb") as file:
            base = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            disk = Disk(base, log.data, self.REGIONS, {each: each.sector for each in log if each != Flush() and each.count == 5})
            flushed = {region.name: bytearray(sectors(*("." * 32))) for region in self.REGIONS}

            def ended() -> None:
                for write, region in itertools.product(disk.flushed_since, self.REGIONS):
                    for sector, place in disk.sectors(write, region):
                        at = (sector - region.start) * SECTOR
                        flushed[region.name][at : at + SECTOR] = disk.content(sector, place)

            for state in disk.states(list(log), samples, seed, ended):
                content = {}
                for region in self.REGIONS:
                    copy = bytearray(flushed[region.name])
                    for sector, place in state.changes(region):
                        at = (sector - region.start) * SECTOR
                        copy[at : at + SECTOR] = disk.content(sector, place)
                    content[region.name] = bytes(copy[::SECTOR])
                found.append((state, content))
        return found

    def random_entries(self, choice: random.Random, count: int) -> list[Made]:
        entries: list[Made] = []
        for number in range(count):
            if choice.random() < 0.2:
                entries.append((0, FLUSH, b""))
            else:
                start = choice.choice([0, 32]) + choice.randrange(24)
                entries.append((start, 0, sectors(*[chr(65 + number % 60)] * choice.randint(1, 8))))
        return entries

    def test_every_prefix_is_there(self) -> None:
        found = self.play([(0, 0, sectors("a", "b")), (33, 0, sectors("c")), (1, 0, sectors("d"))], samples=0)
        self.assertEqual([(state.kind, content["left"][:3], content["right"][:3]) for state, content in found], [
            ("flushed", b"...", b"..."), ("prefix", b"ab.", b"..."), ("prefix", b"ab.", b".c."), ("prefix", b"ad.", b".c."),
        ])

    def test_what_was_flushed_is_never_lost_and_what_was_not_may_be(self) -> None:
        entries = [(0, 0, sectors("a", "b")), (0, FLUSH, b""), (4, 0, sectors("c", "d")), (6, 0, sectors("e"))]
        found = self.play(entries, samples=200)
        later = {content["left"][:8] for state, content in found if state.flushes == 1}
        self.assertTrue(all(content.startswith(b"ab..") for content in later))
        parts = {bytes(content[4:7]) for content in later}
        self.assertEqual(parts, {bytes(each) for each in itertools.product(b".c", b".d", b".e")})
        earlier = {content["left"][:2] for state, content in found if state.flushes == 0}
        self.assertEqual(earlier, {b"..", b"a.", b".b", b"ab"})

    def test_a_lost_write_shows_the_one_before_it(self) -> None:
        entries = [(0, 0, sectors("a", "a")), (0, 0, sectors("b", "b"))]
        seen = {content["left"][:2] for _, content in self.play(entries, samples=400)}
        self.assertEqual(seen, {bytes(each) for each in itertools.product(b".ab", repeat=2)})

    def test_numbers_are_the_same_only_where_the_content_is(self) -> None:
        choice = random.Random(7)
        for _ in range(20):
            contents: dict[tuple[str, int], bytes] = {}
            numbers: dict[tuple[str, bytes], int] = {}
            for state, content in self.play(self.random_entries(choice, 40), samples=5):
                for name, number in state.names.items():
                    self.assertEqual(contents.setdefault((name, number), content[name]), content[name])
                    self.assertEqual(numbers.setdefault((name, content[name]), number), number)

    def test_no_state_holds_what_was_never_written_there(self) -> None:
        choice = random.Random(11)
        for _ in range(20):
            entries = self.random_entries(choice, 30)
            for state, content in self.play(entries, samples=5):
                whole = content["left"] + content["right"]
                for sector in range(64):
                    self.assertIn(whole[sector], self.possible(entries[: state.position], sector), f"{sector} {state.kind}")

    @staticmethod
    def possible(entries: list[Made], sector: int) -> list[int]:
        """What a sector may hold: what it held at the last flush, and all that came since."""
        found = [ord(".")]
        for start, flags, data in entries:
            if flags & FLUSH:
                found = found[-1:]
            elif start <= sector < start + len(data) // SECTOR:
                found.append(data[0])
        return found

    def test_the_same_seed_gives_the_same_states(self) -> None:
        entries = self.random_entries(random.Random(3), 40)
        first, again, other = (self.play(entries, samples=3, seed=seed) for seed in (1, 1, 2))
        self.assertEqual([content for _, content in first], [content for _, content in again])
        self.assertNotEqual([content for _, content in first], [content for _, content in other])

    def test_a_note_of_what_was_told_is_read(self) -> None:
        notes = {b"aftercare-told 417": 417, b"aftercare-told ": 0, b"something": 0, b"": 0}
        self.assertEqual({note: told(note.ljust(SECTOR, b"\0")) for note in notes}, notes)

    def test_a_note_made_at_once_means_what_is_counted_later(self) -> None:
        notes = [b"aftercare-told ", b"else", b"aftercare-told 6", b"aftercare-told ", b"aftercare-told 9", b"aftercare-told "]
        made = [(7, 0, note.ljust(SECTOR, b"\0")) for note in notes]
        with WriteLog(log_of(self.folder / "log", made)) as log:
            self.assertEqual([promises(log).get(each, 0) for each in log], [6, 0, 6, 9, 9, 0])

    def test_a_promise_holds_from_its_write_on(self) -> None:
        entries = [(0, 0, sectors("a")), (7, 0, sectors(*"bbbbb")), (0, FLUSH, b""), (2, 0, sectors("c"))]
        self.assertEqual([state.promise for state, _ in self.play(entries, samples=0)], [0, 0, 7, 7, 7])


class RuleTests(unittest.TestCase):
    def test_our_script_starts_what_the_document_says(self) -> None:
        confirmed = {"CONFIRMED": "A", "A_OK": "1", "A_TRY": "0", "A_LEFT": "3"}
        trial = {"B_OK": "1", "B_TRY": "0", "B_LEFT": "3"}
        table = [
            ("nothing to do", {"ORDER": "A B", **confirmed, "B_OK": "0"}, ["A"]),
            ("activated", {"ORDER": "B A", **confirmed, **trial}, ["B", "A"]),
            ("last attempt runs", {"ORDER": "B A", **confirmed, **trial, "B_TRY": "1", "B_LEFT": "0"}, ["A"]),
            ("committed", {"ORDER": "B A", **confirmed, **trial, "CONFIRMED": "B"}, ["B"]),
            ("not in the order", {"ORDER": "B", **confirmed, "B_OK": "0"}, ["A"]),
            ("an order of unknown names", {"ORDER": "C x", **confirmed}, ["A"]),
            ("never committed by us", {"ORDER": "B A", "A_OK": "1", **trial}, ["B", "A"]),
            ("empty", {}, []),
        ]
        for name, environment, expected in table:
            with self.subTest(name):
                self.assertEqual(loader_rules.ours(environment), expected)

    def test_raucs_script_starts_each_good_set_once(self) -> None:
        table = [
            ({"ORDER": "B A", "A_OK": "1", "A_TRY": "0", "B_OK": "1", "B_TRY": "0"}, ["B", "A"]),
            ({"ORDER": "B A", "A_OK": "1", "A_TRY": "0", "B_OK": "1", "B_TRY": "1"}, ["A"]),
            ({"ORDER": "A B", "A_OK": "1", "A_TRY": "1", "B_OK": "0", "B_TRY": "0"}, ["A"]),
            ({"ORDER": "A B", "A_OK": "0", "A_TRY": "0", "B_OK": "0", "B_TRY": "0"}, []),
        ]
        for environment, expected in table:
            with self.subTest(environment):
                self.assertEqual(loader_rules.rauc(environment), expected)


def tool(*arguments: object) -> None:
    subprocess.run([str(each) for each in arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class SweepTests(Folder):
    """A small disk with a FAT for the loader, two slots, and data, on which an environment is changed well or badly."""

    SIZES = {"loader": 4096, "system-A": 16384, "system-B": 16384, "data": 16384}
    FIRST = ["ORDER=A B", "CONFIRMED=A", "A_OK=1", "A_TRY=0", "A_LEFT=3", "B_OK=0", "B_TRY=0", "B_LEFT=0"]

    def setUp(self) -> None:
        super().setUp()
        self.regions, start = {}, 0
        for name, count in self.SIZES.items():
            self.regions[name] = Region(name, start, count)
            start += count
        fat, block = self.folder / "fat", self.folder / "grubenv"
        fat.write_bytes(bytes(self.SIZES["loader"] * SECTOR))
        tool("grub-editenv", block, "create")
        tool("grub-editenv", block, "set", *self.FIRST)
        tool("mkfs.vfat", fat)
        tool("mcopy", "-i", fat, block, "::/grubenv")
        self.block = block.read_bytes()
        self.at = fat.read_bytes().index(self.block) // SECTOR
        system = self.folder / "system"
        system.write_bytes(bytes(self.SIZES["system-A"] * SECTOR))
        tool("mke2fs", "-t", "ext4", system)
        self.base = self.folder / "base"
        self.base.write_bytes(fat.read_bytes() + system.read_bytes() * 3)
        self.whole = system

    def swept(self, entries: list[Made], samples: int = 10):  # noqa: ANN201
        log_of(self.folder / "log", entries)
        images = {"1.0.0": partitions.sha256(self.whole)}
        recording = Recording(self.folder, "rauc", self.regions, "/grubenv", images)
        recording.save()
        self.assertEqual(Recording.of(self.folder), recording)
        return Sweep(recording, samples=samples, seed=1, scratch=self.folder).run()

    def changed(self, *values: str) -> bytes:
        copy = self.folder / "changed"
        copy.write_bytes(self.block)
        tool("grub-editenv", copy, "set", *values)
        return copy.read_bytes()

    def test_one_sector_written_in_place_is_safe(self) -> None:
        new = self.changed("B_OK=1", "B_LEFT=3", "ORDER=B A")
        outcome = self.swept([(self.at, 0, new[:SECTOR]), (0, FLUSH, b"")])
        self.assertEqual((outcome.failures, outcome.writes, outcome.flushes), (0, 1, 1))

    def test_an_environment_that_is_emptied_first_is_found(self) -> None:
        new = self.changed("B_OK=1")
        outcome = self.swept([(self.at, 0, bytes(2 * SECTOR)), (0, FLUSH, b""), (self.at, 0, new), (0, FLUSH, b"")])
        self.assertGreater(outcome.failed["grub-editenv cannot read the environment block"], 0)

    def test_a_half_written_slot_that_would_be_started_is_found(self) -> None:
        half = (self.regions["system-B"].start + 40, 0, sectors("x"))
        activate = (self.at, 0, self.changed("B_OK=1", "B_LEFT=3", "ORDER=B A")[:SECTOR])
        flush = (0, FLUSH, b"")
        good = (half[0], 0, self.whole.read_bytes()[40 * SECTOR : 41 * SECTOR])
        self.assertEqual(self.swept([half, flush, good, flush, activate, flush]).failures, 0)
        # The flush between the slot and its activation is left out.
        found = self.swept([half, flush, good, activate, flush])
        self.assertGreater(found.failed["a slot set that would be started is no release"], 0)

    def test_a_damaged_file_system_of_the_data_is_found(self) -> None:
        start = self.regions["data"].start
        outcome = self.swept([(start + 2, 0, sectors("x", "x"))], samples=0)
        self.assertEqual(outcome.failures, 1)
        self.assertIn("e2fsck", next(iter(outcome.examples.values())))

    def test_holes_stay_holes(self) -> None:
        source, target = self.folder / "source", self.folder / "target"
        with open(source, "wb") as file:
            file.truncate(1 << 24)
            file.seek(1 << 20)
            file.write(b"data")
        copy_sparse(source, target)
        self.assertEqual(source.read_bytes(), target.read_bytes())
        self.assertLess(target.stat().st_blocks * SECTOR, 1 << 20)


if __name__ == "__main__":
    unittest.main()
