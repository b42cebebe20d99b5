"""A person whose answer got lost sends the form again: the second time finds what the first has done."""

import hashlib
import json
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from kernel.once.models import Done
from kernel.web.http import SignedInRequest, View

FIELD = "once"  # what `{% once %}` puts into a form
KEPT = timedelta(days=30)


def once(view: View) -> View:
    """Under `requires`: deal with a form that carries `{% once %}` at most once.

    The view runs in one transaction with a row whose key nobody else can insert meanwhile, so that what
    it creates and the knowledge of it land together, and a second click waits for the first. Only an
    answer that says where its work stands (Location, or Content-Location on a page that is shown this
    once) counts as done; a page of errors or a refusal leaves the form open.
    """

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not request.POST.get(FIELD):
            return view(request, *args, **kwargs)
        key = _key(request)
        with transaction.atomic():
            if not _first(key, timezone.now()):
                messages.info(request, "这张表刚才已经办成，没有再办一次，结果见下。")
                return HttpResponseRedirect(Done.objects.get(pk=key).answer)
            answer = view(request, *args, **kwargs)
            where = answer.get("Location") or answer.get("Content-Location")
            if where and not hasattr(request, "refusal"):
                Done.objects.filter(pk=key).update(answer=where)
            else:
                Done.objects.filter(pk=key).delete()
        return answer

    return guarded


def _first(key: str, at: datetime) -> bool:
    """Whether nobody has dealt with it; waits for whoever is about to."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Done._meta.db_table} (key, answer, at) VALUES (%s, '', %s)"  # noqa: S608 -- our own name
            " ON CONFLICT DO NOTHING",
            [key, at],
        )
        return bool(cursor.rowcount)


def _key(request: SignedInRequest) -> str:
    """Other words under an old token are another form: whoever goes back, changes a word and sends
    again means a second one."""
    said = sorted(
        (name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    )
    files = [
        (name, file.name, hashlib.file_digest(file, "sha256").hexdigest(), file.seek(0))
        for name, group in sorted(request.FILES.lists())
        for file in group
    ]
    whole = json.dumps([request.user.pk, request.path, said, files])
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def forget(*, at: datetime) -> int:
    """Forget what was done more than a month ago; returns how many."""
    return Done.objects.filter(at__lt=at - KEPT).delete()[0]
