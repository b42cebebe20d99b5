"""A department's system in the sample city: it may read and tell, and hears news; nobody is at its address."""

from datetime import datetime

from kernel.outbox.actions import add_receiver, move_receiver
from kernel.outbox.lifecycle import Channel
from kernel.outbox.topics import topics
from kernel.trail import Actor
from workflows.exchange.actions import add_system
from workflows.exchange.lifecycle import Scope
from workflows.exchange.models import System

NAME = "自然资源局业务系统（示例）"


def connect(*, at: datetime, clerk: Actor) -> None:
    """Put the system on file as one that reads and as one that is told; nothing where any system is."""
    if System.objects.exists():
        return
    add_system(
        name=NAME,
        department_code="zrzy",
        scopes=[Scope.PROJECTS_READ, Scope.PROCEDURES_READ, Scope.PROCEDURES_WRITE],
        contact="自然资源局（示例）0477-0001234",
        at=at,
        actor=clerk,
    )
    receiver = add_receiver(
        name=NAME,
        channel=Channel.WEBHOOK,
        address="https://zrzy.example.invalid/lianshen",
        topics=[topic.name for topic in topics()],
        department_code="zrzy",
        at=at,
        actor=clerk,
    )
    why = "示例没有真实的对方系统，消息先留着"
    move_receiver(receiver.pk, name="pause", at=at, actor=clerk, why=why)
