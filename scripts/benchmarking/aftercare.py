"""Aftercare's own row."""

import os
from pathlib import Path

from .peers import Installer

PROGRAM = Path(os.environ.get("AFTERCARE", Path(__file__).resolve().parents[2] / "dist" / "bin" / "aftercare"))


class Aftercare(Installer):
    name, program, has_service = "aftercare, full bundle", "aftercare", True

    @classmethod
    def program_path(cls) -> str | None:
        return str(PROGRAM) if PROGRAM.exists() else None
