#!/usr/bin/env python
"""Runs Django's commands. `platform/` is a source root, so the path is set by hand."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    sys.path[0:1] = [str(ROOT), str(ROOT / "platform")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- path first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
