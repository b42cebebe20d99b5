"""Send what the schedule holds, as beat would in the course of a day, and wait for the worker."""

import time

import django

django.setup()

from django.conf import settings  # noqa: E402
from redis import Redis  # noqa: E402

from config.celery import app  # noqa: E402

PATIENCE = 90  # seconds


def main() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        app.send_task(entry["task"], args=entry.get("args", ()), **entry["options"])
    deadline = time.monotonic() + PATIENCE
    with Redis.from_url(settings.REDIS_URL) as redis:
        quiet = 0
        while quiet < 3:  # a task that is done may just have sent others
            busy = redis.llen("celery") + redis.hlen("unacked")
            quiet = 0 if busy else quiet + 1
            if time.monotonic() > deadline:
                raise SystemExit(f"the worker still has {busy} tasks after {PATIENCE} s")
            time.sleep(0.1)


if __name__ == "__main__":
    main()
