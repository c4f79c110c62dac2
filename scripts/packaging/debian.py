"""Makes a Debian package: files as its list says, control files from packaging/debian, then dpkg-deb."""

import os
import string
import subprocess
import tempfile
from pathlib import Path

from . import tree
from .version import Failure, debian_changelog, debian_version, program_version

PACKAGES = ["aftercare", "aftercare-fleet"]
MAINTAINER = "Aftercare maintainers <maintainers@aftercare.example>"
SCRIPTS = ["preinst", "postinst", "prerm", "postrm"]
# ELF's e_machine, and what Debian calls it.
ARCHITECTURES = {0x28: "armhf", 0x3E: "amd64", 0xB7: "arm64", 0xF3: "riscv64"}


def run(*arguments: str | Path, environment: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """Runs a command to its end and gives its output; raises with what it said unless it succeeded."""
    try:
        result = subprocess.run(
            [str(a) for a in arguments], capture_output=True, text=True, check=False, cwd=folder,
            env={**os.environ, **(environment or {})})
    except FileNotFoundError as error:
        raise Failure(f"{arguments[0]} is missing: scripts/install-prerequisites package") from error
    if result.returncode != 0:
        raise Failure(f"{arguments[0]}: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


def architecture(program: Path) -> str:
    if not program.is_file():
        raise Failure(f"{program} is missing: scripts/build-release makes it")
    with open(program, "rb") as file:
        head = file.read(20)
    machine = int.from_bytes(head[18:20], "little")
    if head[:4] != b"\x7fELF" or machine not in ARCHITECTURES:
        raise Failure(f"{program} is no program for an architecture that is known here")
    return ARCHITECTURES[machine]


def source_date(project: Path) -> int:
    """SOURCE_DATE_EPOCH, or the time of the last commit."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    return int(told or run("git", "-C", project, "log", "-1", "--format=%ct"))


class Maker:
    """Makes packages of one build."""

    def __init__(self, project: Path, dist: Path):
        self.project, self.dist, self.seconds = project, dist, source_date(project)
        self.templates = project / "packaging/debian"
        self.version = program_version(project)
        self.architecture = architecture(dist / "bin/aftercare")
        # Programs of another version in dist/ are left over from before.
        needle = self.version.encode()
        for package in PACKAGES:
            if needle not in (dist / "bin" / package).read_bytes():
                raise Failure(f"{dist}/bin/{package} is not of version {self.version}: run scripts/build-release")

    def file_name(self, package: str) -> str:
        return f"{package}_{debian_version(self.version)}_{self.architecture}.deb"

    def make(self, package: str, output: Path) -> Path:
        file = output / self.file_name(package)
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "root"
            root.mkdir()
            tree.lay_out(self.project, self.dist, self.templates / f"{package}.install", root)
            self.document(package, root)
            self.control(package, root, Path(scratch))
            tree.normalise(root, self.seconds)
            run(
                "dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, file,
                environment={"SOURCE_DATE_EPOCH": str(self.seconds)})
        return file

    def document(self, package: str, root: Path) -> None:
        folder = root / "usr/share/doc" / package
        tree.write(folder / "copyright", (self.templates / "copyright").read_bytes())
        text = debian_changelog(
            package, (self.project / "CHANGELOG.md").read_text(), self.version, MAINTAINER, self.seconds)
        tree.write(folder / "changelog.gz", tree.compressed(text.encode()))
        overrides = self.templates / f"{package}.lintian-overrides"
        if overrides.exists():
            tree.write(root / "usr/share/lintian/overrides" / package, overrides.read_bytes())

    def control(self, package: str, root: Path, scratch: Path) -> None:
        folder = root / "DEBIAN"
        template = string.Template((self.templates / f"{package}.control").read_text())
        text = template.substitute(
            version=debian_version(self.version), architecture=self.architecture, maintainer=MAINTAINER,
            size=tree.installed_size(root), libraries=self.libraries(root / "usr/bin" / package, scratch))
        tree.write(folder / "control", text.encode())
        tree.write(folder / "md5sums", tree.checksums(root).encode())
        configuration = tree.conffiles(root)
        if configuration:
            tree.write(folder / "conffiles", configuration.encode())
        for name in SCRIPTS:
            script = self.templates / f"{package}.{name}"
            if script.exists():
                tree.write(folder / name, script.read_bytes(), executable=True)

    def libraries(self, program: Path, scratch: Path) -> str:
        """The packages of the libraries that it is linked with, and from which versions on they have what it uses."""
        # dpkg-shlibdeps asks for a source package around it.
        tree.write(scratch / "debian/control", b"Source: aftercare\n\nPackage: aftercare\nArchitecture: any\n")
        said = run(
            "dpkg-shlibdeps", "-O", f"-e{program}", folder=scratch,
            environment={"DEB_HOST_ARCH": self.architecture})
        name, _, packages = said.strip().partition("=")
        if name != "shlibs:Depends" or not packages:
            raise Failure(f"dpkg-shlibdeps said '{said.strip()}'")
        return packages
