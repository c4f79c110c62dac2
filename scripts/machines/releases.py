"""The manufacturer's side, by the real aftercare-fleet: authorities, what a device is given, and approved bundles."""

import re
import shutil
import tempfile
from pathlib import Path

from . import cache
from .commands import REPOSITORY, run

PRODUCT = REPOSITORY / "firmware-manifests/infusion-pump"
RULES = REPOSITORY / "firmware-manifests/rules"
PEOPLE = {
    "software": "Ada Programmer",
    "quality": "Quinn Weber",
    "regulatory": "Rena Assessor",
    "technician": "Tom Weber",
}
MARKET = """
[change-control]
market = "EU"
route = "mdr_certificate"
udi-di = "09521000004016"
rule-packs = ["rules/COMMON.json", "rules/EU.json", "rules/ANY.json"]
baseline = "baseline.json"
"""
DEVICE_ID = "IP4-000417"


class Manufacturer:
    """Authorities and people in `folder`, made anew: they are for one run of the stories."""

    def __init__(self, folder: Path, fleet: Path) -> None:
        self._folder = folder
        self._fleet = fleet
        folder.mkdir(parents=True)
        run(fleet, "pki", "init", "-f", folder)
        run(fleet, "pki", "service", "-f", folder)
        for role, person in PEOPLE.items():
            run(fleet, "pki", "issue", "-f", folder, "--role", role, "--person", person)
        self._documents()

    @property
    def fleet(self) -> Path:
        """The program aftercare-fleet."""
        return self._fleet

    def person(self, role: str) -> tuple[Path, Path]:
        """Certificate and key of the person of a role."""
        name = self._folder / role / PEOPLE[role].lower().replace(" ", "-")
        return name.with_suffix(".pem"), name.with_suffix(".key")

    def bundle(self, release: str, image: Path, target: Path, *, deadline: int = 300) -> Path:
        """A bundle of a release of the example product with another image and deadline, approved by all roles."""
        sources = [*sorted(PRODUCT.glob("*.*")), PRODUCT / "records"]
        name = f"bundle-{cache.digest(release, image.name, deadline, self._fleet, RULES, *sources)}.aftercare"

        def build(unapproved: Path) -> None:
            with tempfile.TemporaryDirectory() as scratch:
                product = Path(scratch)
                for source in sources:
                    copy = shutil.copytree if source.is_dir() else shutil.copyfile
                    copy(source, product / source.name)
                description = product / f"{release}.toml"
                text = re.sub(r"compression-level = \d+", "compression-level = 3", description.read_text())
                description.write_text(re.sub(r"self-test-deadline = \d+", f"self-test-deadline = {deadline}", text))
                given = ["--rules", RULES, "--image", f"rootfs={image}"]
                run(self._fleet, "bundle", "build", "--quiet", description, *given, "-o", unapproved)

        shutil.copyfile(cache.made(name, build), target)
        for role in ("software", "quality", "regulatory"):
            certificate, key = self.person(role)
            trust = ["--rules", RULES, "--trust", self._folder, "--as", role]
            run(self._fleet, "bundle", "approve", target, "--yes", *trust, "--certificate", certificate, "--key", key)
        return target

    def configuration(self, *, loader: str, environment: str, attempts: int = 3) -> dict[str, bytes | Path]:
        """The files of /etc/aftercare; `environment` is the value of boot.environment as TOML."""
        slots = "".join(
            f'[[slots]]\nset = "{name}"\nimage = "rootfs"\ndevice = "/dev/disk/by-partlabel/system-{name}"\n\n'
            for name in ("A", "B")
        )
        text = f"""[device]
id = "{DEVICE_ID}"
product = "infusion-pump"
hardware = "rev-c"

{slots}[boot]
loader = "{loader}"
slot-sets = ["A", "B"]
environment = {environment}
attempts = {attempts}

[update]
soak-seconds = 3
interlock-seconds = 2
"""
        text += "\n".join([(self._folder / name).read_text() for name in ("trust.toml", "service.toml")]) + MARKET
        files: dict[str, bytes | Path] = {"aftercare.toml": text.encode()}
        files["baseline.json"] = self._folder / "baseline.json"
        for path in [*self._folder.rglob("*.pem"), *(self._folder / "rules").glob("*.json")]:
            files[str(path.relative_to(self._folder))] = path
        return files

    def _documents(self) -> None:
        """Rule packs and the baseline: without them a device refuses every release."""
        for pack in sorted(RULES.glob("*.toml")):
            target = self._folder / "rules" / f"{pack.stem}.json"
            target.parent.mkdir(exist_ok=True)
            run(self._fleet, "rules", "build", pack, "--output", target)
            self._sign(target, target, "regulatory")
        draft, baseline = self._folder / "baseline.toml", self._folder / "baseline.json"
        market = "EU,mdr_certificate,1.0.0,G10-IP4-0001,2026-10-02,0000"
        what = ["--id", "BL-IP4-1", "--product", "infusion-pump", "--udi-di", "09521000004016", "--market", market]
        run(self._fleet, "document", "new", "baseline", *what, "--output", draft, PRODUCT / "1.0.0.change.toml")
        for role in ("software", "quality", "regulatory"):
            self._sign(draft, baseline, role)
            draft = baseline

    def _sign(self, draft: Path, target: Path, role: str) -> None:
        certificate, key = self.person(role)
        who = ["--trust", self._folder, "--as", role, "--certificate", certificate, "--key", key]
        run(self._fleet, "document", "sign", draft, "--output", target, "--yes", *who)
