"""Lets the processes of a story live on another day: how far from ours stands in a file (almanac).

Python imports this by itself where the folder is on its path. The product reads the time through
`django.utils.timezone` alone, so one function is all there is to move.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

_almanac = Path(os.environ["LIANSHEN_ALMANAC"])
_now = timezone.now


def now() -> datetime:
    return _now() + timedelta(seconds=float(_almanac.read_text()))


timezone.now = now
