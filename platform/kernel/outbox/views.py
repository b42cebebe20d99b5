"""Pages of the outbox: what is in flight, stuck or given up, and the receivers."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.outbox import actions, queries, signing
from kernel.outbox.forms import DeliveryFilter, DropForm, ReceiverForm
from kernel.outbox.lifecycle import RECEIVER_MOVES, Channel, DeliveryState, ReceiverState
from kernel.outbox.models import Delivery, Receiver
from kernel.outbox.topics import label_of
from kernel.refusal import Refused
from kernel.trail import record
from kernel.trail.queries import events, of
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, refuse_form, requires
from kernel.web.parts import Fact
from kernel.web.xlsx import Column

PAGE = 50
TONES = {
    DeliveryState.WAITING: "blue",
    DeliveryState.SENT: "green",
    DeliveryState.STUCK: "red",
    DeliveryState.DROPPED: "",
    ReceiverState.ACTIVE: "green",
    ReceiverState.PAUSED: "red",
    ReceiverState.CLOSED: "",
}
COLUMNS = (
    Column("消息号", 34), Column("收件方", 26), Column("内容", 16), Column("摘要", 60),
    Column("状态", 12), Column("已试次数", 10), Column("产生时间", 18), Column("送达时间", 18),
    Column("最近一次", 50),
)  # fmt: skip
#: Units by code as the tenant calls them; the room that knows them says so.
UNITS: list[Callable[[], dict[str, str]]] = []


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    """What is on its way, what arrived, what was set aside."""
    named = list(Receiver.objects.order_by("name").values_list("pk", "name"))
    form = DeliveryFilter(request.GET or None, receivers=named)
    found = queries.narrowed(queries.deliveries(), form.chosen())
    if request.GET.get("export"):
        rows = (_exported(row) for row in found.iterator(chunk_size=1000))
        return workbook("发件箱", COLUMNS, rows, as_of=timezone.localdate())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    counts = queries.counts()
    return render(
        request,
        "outbox/list.html",
        {
            "title": "发件箱",
            "form": form,
            "page": page,
            "rows": [(row, label_of(row.topic), TONES[DeliveryState(row.state)]) for row in page],
            "facts": [
                Fact(
                    str(state.label),
                    counts.get(state, 0),
                    "条",
                    tone="red" if state == DeliveryState.STUCK and counts.get(state) else "",
                    url=f"{reverse('outbox:list')}?state={state}",
                )
                for state in DeliveryState
            ],
            "filtered": any(form.chosen().values()),
            "receivers": len(named),
            "may_change": Permission.EXCHANGE_CHANGE in request.permissions,
        },
    )


def _exported(row: Delivery) -> tuple[Any, ...]:
    def said(moment: Any) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""

    return (
        row.token, row.receiver.name, label_of(row.topic), row.words, row.get_state_display(),
        row.attempts, said(row.at), said(row.sent_at), row.last_error,
    )  # fmt: skip


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def delivery(request: SignedInRequest, pk: int) -> HttpResponse:
    """One message: what it says, and every attempt."""
    found = get_object_or_404(Delivery.objects.select_related("receiver"), pk=pk)
    return render(request, "outbox/delivery.html", _delivery_page(found) | {
        "may_change": Permission.EXCHANGE_CHANGE in request.permissions,
    })  # fmt: skip


def _delivery_page(found: Delivery) -> dict[str, Any]:
    state = DeliveryState(found.state)
    return {
        "title": found.words,
        "crumbs": [("发件箱", reverse("outbox:list")), (found.token, "")],
        "delivery": found,
        "tone": TONES[state],
        "topic": label_of(found.topic),
        "body": json.dumps(json.loads(found.body), ensure_ascii=False, indent=2),
        "tries": found.tries.order_by("-pk")[:PAGE],
        "open": state in (DeliveryState.WAITING, DeliveryState.STUCK),
        "again": state != DeliveryState.SENT,
        "drop_form": DropForm(),
    }


@require_POST
@requires(Permission.EXCHANGE_CHANGE)
def retry(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Delivery, pk=pk)
    try:
        actions.retry(pk, at=timezone.now(), actor=actor_of(request))
    except Refused as refusal:
        refuse(request, refusal, action="outbox.retry", subject=found.words)
    else:
        messages.success(request, "已重新放入待发送，轮到它就发出。")
    return redirect("outbox:delivery", pk)


@require_POST
@requires(Permission.EXCHANGE_CHANGE)
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Delivery, pk=pk)
    form = DropForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, action="outbox.drop", subject=found.words)
    else:
        try:
            actions.drop(pk, why=form.cleaned_data["why"], actor=actor_of(request))
        except Refused as refusal:
            refuse(request, refusal, action="outbox.drop", subject=found.words)
        else:
            messages.success(request, "不再发送，理由已记下。")
    return redirect("outbox:delivery", pk)


# Receivers ---------------------------------------------------------------------------------------


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def receivers(request: SignedInRequest) -> HttpResponse:
    page = Paginator(queries.receivers(), PAGE).get_page(request.GET.get("page"))
    units = _units()
    return render(
        request,
        "outbox/receivers.html",
        {
            "title": "收件方",
            "crumbs": [("发件箱", reverse("outbox:list")), ("收件方", "")],
            "page": page,
            "rows": [
                (
                    row,
                    TONES[ReceiverState(row.state)],
                    "、".join(label_of(name) for name in row.topics),
                    units.get(row.department_code, row.department_code),
                )
                for row in page
            ],
            "may_change": Permission.EXCHANGE_CHANGE in request.permissions,
        },
    )


@require_safe
@requires(Permission.EXCHANGE_VIEW)
def receiver(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.receivers(), pk=pk)
    return render(request, "outbox/receiver.html", _receiver_page(request, found))


def _receiver_page(request: SignedInRequest, found: Any) -> dict[str, Any]:
    latest = queries.deliveries().filter(receiver=found)[:20]
    return {
        "title": found.name,
        "crumbs": [
            ("发件箱", reverse("outbox:list")),
            ("收件方", reverse("outbox:receivers")),
            (found.name, ""),
        ],
        "receiver": found,
        "tone": TONES[ReceiverState(found.state)],
        "told": "、".join(label_of(name) for name in found.topics),
        "unit": _units().get(found.department_code, found.department_code),
        "address": _masked(found),
        "signed": found.channel == Channel.WEBHOOK,
        "open": found.state == ReceiverState.ACTIVE,
        "moves": RECEIVER_MOVES.open(found.state),
        "rows": [(row, label_of(row.topic), TONES[DeliveryState(row.state)]) for row in latest],
        "timeline": events(of(found.name).filter(action__startswith="outbox.")[:20]),
        "may_change": Permission.EXCHANGE_CHANGE in request.permissions,
    }  # fmt: skip


def _masked(found: Receiver) -> str:
    """Whoever has a robot's whole address can speak in its group: only the form that changes it shows it."""
    if found.channel != Channel.ROBOT:
        return found.address
    return found.address.partition("?")[0] + ("?…" if "?" in found.address else "")


@require_http_methods(["GET", "POST"])
@requires(Permission.EXCHANGE_CHANGE)
def new(request: SignedInRequest) -> HttpResponse:
    form = ReceiverForm(request.POST or None, departments=_units().items())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_receiver(
                **form.cleaned_data, at=timezone.now(), actor=actor_of(request)
            )
        except Refused as refusal:
            refuse(request, refusal, action="outbox.add", subject=form.cleaned_data["name"])
            form.add_error("name", str(refusal))
        else:
            messages.success(request, "已登记。请先发一条测试消息，看对方收不收得到。")
            return redirect("outbox:receiver", made.pk)
    return _form(request, form, "登记收件方", reverse("outbox:receivers"))


@require_http_methods(["GET", "POST"])
@requires(Permission.EXCHANGE_CHANGE)
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Receiver, pk=pk)
    initial = {
        "name": found.name,
        "channel": found.channel,
        "address": found.address,
        "topics": found.topics,
        "department_code": found.department_code,
    }
    form = ReceiverForm(request.POST or None, initial=initial, departments=_units().items())
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_receiver(pk, **form.cleaned_data, actor=actor_of(request))
        except Refused as refusal:
            form.add_error("name", str(refusal))
            refuse(request, refusal, action="outbox.change", subject=found.name)
        else:
            messages.success(request, "已保存，还没送达的消息发往新地址。")
            return redirect("outbox:receiver", pk)
    return _form(request, form, f"修改收件方：{found.name}", reverse("outbox:receiver", args=[pk]))


def _form(request: SignedInRequest, form: ReceiverForm, title: str, back: str) -> HttpResponse:
    return render(
        request,
        "form_page.html",
        {
            "title": title,
            "crumbs": [
                ("发件箱", reverse("outbox:list")),
                ("收件方", reverse("outbox:receivers")),
                (title, ""),
            ],
            "form": form,
            "back": back,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.EXCHANGE_CHANGE)
def move(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Pause, resume, close, or send what was set aside again."""
    found = get_object_or_404(Receiver, pk=pk)
    now, actor = timezone.now(), actor_of(request)
    try:
        if name == "retry":
            count = actions.retry_all(pk, at=now, actor=actor)
            words = f"{count} 条已重新放入待发送。"
        elif name == "ping":
            actions.ping(pk, at=now, actor=actor)
            words = "测试消息已放入待发送，稍后刷新看结果。"
        elif name == "secret":
            actions.change_secret(pk, at=now, actor=actor)
            words = "已换新密钥；旧密钥在一天之内仍同时签名，请对方在此之前换上。"
        else:
            made = actions.move_receiver(pk, name=name, at=now, actor=actor, why="机制办公室手动")
            words = f"收件方现为“{made.get_state_display()}”。"
    except Refused as refusal:
        refuse(request, refusal, action=f"outbox.{name}", subject=found.name)
    else:
        messages.success(request, words)
    return redirect("outbox:receiver", pk)


@require_POST
@requires(Permission.EXCHANGE_CHANGE)
def secret(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the signing secret once; that it was looked at stays in the trail."""
    found = get_object_or_404(queries.receivers(), pk=pk, channel=Channel.WEBHOOK)
    record(
        actor=actor_of(request),
        action="outbox.look",
        subject=found.name,
        summary=f"查看签名密钥，第 {found.secret_number} 把",
    )
    shown = {"secret": signing.secret_of(found)}
    response = render(request, "outbox/receiver.html", _receiver_page(request, found) | shown)
    response["Cache-Control"] = "no-store"
    return response


def _units() -> dict[str, str]:
    return {code: name for units in UNITS for code, name in units().items()}
