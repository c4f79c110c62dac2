"""The command line of scripts/system-test."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from .bench import Bench
from .commands import REPOSITORY, Failure, run
from .stories import STORIES, Story


@dataclass(frozen=True)
class Result:
    story: str
    checks: str
    held: bool
    result: str
    seconds: float


def main() -> int:
    options = _options()
    if options.list:
        for story in STORIES:
            print(f"{story.name:30} {story.checks}{' (--quick)' if story.quick else ''}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that machines are switched off
    chosen = _chosen(options)
    began = time.monotonic()
    run(REPOSITORY / "scripts/install-prerequisites", "system-test")
    folder = options.logs or Path(tempfile.mkdtemp(prefix="aftercare-system-test."))
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="aftercare-machines."))
    results: list[Result] = []
    try:
        _say("making packages, root file systems and authorities ready")
        with Bench(work, folder, options.packages, _say, seed=options.seed, cuts=options.cuts) as bench:
            _say(f"ready after {time.monotonic() - began:.0f} s; logs are in {folder}")
            for story in chosen:
                results.append(_tell(story, bench))
    except Failure as failure:
        print(f"system-test: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("system-test: interrupted", file=sys.stderr)
        return 130
    finally:
        if options.keep:
            _say(f"kept: {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")
    _table(results, time.monotonic() - began, folder)
    return 0 if all(each.held for each in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="system-test", description="Tells a device's stories on a real machine.")
    parser.add_argument("--list", action="store_true", help="show the stories")
    parser.add_argument("--only", action="append", default=[], metavar="STORY", help="only this one; repeatable")
    parser.add_argument("--quick", action="store_true", help="the first story only: the core in one machine's life")
    parser.add_argument("--cuts", type=int, default=30, help="how many power cuts the long form makes (default: 30)")
    parser.add_argument("--seed", type=int, default=1, help="what their moments are drawn from (default: 1)")
    parser.add_argument("--keep", action="store_true", help="keep disks, bundles and authorities")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results into a file")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="where the logs go; else a new folder")
    packages = REPOSITORY / "dist"
    parser.add_argument("--packages", type=Path, default=packages, help="where the Debian packages are (default: dist)")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Story]:
    names = {story.name for story in STORIES}
    for name in options.only:
        if name not in names:
            sys.exit(f"system-test: no story '{name}': --list shows them")
    if options.only:
        return [story for story in STORIES if story.name in options.only]
    return [story for story in STORIES if story.quick or not options.quick]


def _tell(story: Story, bench: Bench) -> Result:
    _say(f"{story.name}: {(story.tell.__doc__ or story.checks).splitlines()[0]}")
    began = time.monotonic()
    try:
        held, result = True, story.tell(bench)
    except Failure as failure:
        held, result = False, str(failure)
    took = time.monotonic() - began
    _say(f"  {'holds' if held else 'DOES NOT HOLD'} after {took:.0f} s: {result}")
    return Result(story.name, story.checks, held, result.splitlines()[0], round(took, 1))


def _say(text: str) -> None:
    print(text, flush=True)


def _table(results: list[Result], seconds: float, folder: Path) -> None:
    print()
    print(f"{'STORY':30} {'CHECKED':42} {'SECONDS':>7}  RESULT")
    for each in results:
        print(f"{each.story:30} {each.checks:42} {each.seconds:7.0f}  {'' if each.held else 'FAILED: '}{each.result}")
    failed = sum(not each.held for each in results)
    print(f"\n{len(results)} stories, {failed} failed, {seconds:.0f} s in all; serial logs: {folder}")
