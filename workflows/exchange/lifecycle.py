"""What a key may do (接口权限), and how long keys and answers are kept."""

from datetime import timedelta

from django.db import models


class Scope(models.TextChoices):
    PROJECTS_READ = "projects:read", "读项目清单"
    PROCEDURES_READ = "procedures:read", "读审批台账"
    PROCEDURES_WRITE = "procedures:write", "登记办件进展"
    TASKS_READ = "tasks:read", "读交办任务"


#: A key is valid so long unless the office says otherwise, and never longer than twice that.
KEY_DAYS = 365
#: How long the answer to a request with an idempotency key is kept.
ANSWER_KEPT = timedelta(days=7)
#: When a key was last used is written down this often at most.
USE_NOTED = timedelta(minutes=5)
#: So far apart the clocks of two of our servers may be.
SKEW = timedelta(minutes=1)
#: Requests a key may make in a minute.
PER_MINUTE = 600
#: Requests without a good key that one address may make in a minute.
UNKNOWN_PER_MINUTE = 60
