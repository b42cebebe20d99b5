"""What can be told outside (推送内容): each room registers its own topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Topic:
    """``fields`` says of each field of ``data`` what it is; ``sample`` is a whole one, for the reader who builds
    the other side."""

    name: str
    label: str
    when: str
    fields: Mapping[str, str]
    sample: Mapping[str, Any]


_topics: dict[str, Topic] = {}

#: Asked for by hand to see whether a receiver can be reached; every receiver gets it.
PING = Topic(
    "outbox.ping",
    "连通测试",
    "机制办公室点“发测试消息”时",
    {"text": "说明"},
    {"text": "联审平台连通测试"},
)


def register(topic: Topic) -> Topic:
    """Add a topic; called from a room's ``AppConfig.ready``. Its sample shows the fields it declares."""
    if _topics.setdefault(topic.name, topic) != topic or set(topic.fields) != set(topic.sample):
        raise ValueError(f"topic registered twice, or its sample is another: {topic.name}")
    return topic


def topics() -> list[Topic]:
    """Every topic one can subscribe to, by name."""
    return [_topics[name] for name in sorted(_topics)]


def label_of(name: str) -> str:
    """What pages call the topic."""
    found = PING if name == PING.name else _topics.get(name)
    return found.label if found else name
