"""Forms of the outbox: a receiver, why a delivery is given up, and the filter."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kernel.outbox.lifecycle import Channel, DeliveryState
from kernel.outbox.topics import PING, topics


class ReceiverForm(forms.Form):
    name = forms.CharField(
        label="名称", max_length=60, help_text="对方是谁，例如“市自然资源局业务系统”。"
    )
    channel = forms.ChoiceField(label="方式", choices=Channel.choices)
    address = forms.CharField(
        label="地址",
        max_length=300,
        help_text="系统接口和群机器人填网址，电子邮件填邮箱。群机器人支持企业微信和钉钉（钉钉的安全设置选“自定义关键词”）。",
    )
    topics = forms.MultipleChoiceField(
        label="推送内容",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择推送内容，至少一项。"},
    )
    department_code = forms.ChoiceField(
        label="只推送这个单位的", required=False, help_text="不选则推送全部单位的。"
    )

    def __init__(self, *args: Any, departments: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = [(t.name, t.label) for t in topics()]  # type: ignore[attr-defined]
        self.fields["department_code"].choices = [("", "全部单位"), *departments]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        channel, address = cleaned.get("channel"), cleaned.get("address", "")
        if channel and address and (fault := _fault(channel, address)):
            self.add_error("address", fault)
        return cleaned


def _fault(channel: str, address: str) -> str:
    """What is wrong with the address, "" if nothing."""
    if channel == Channel.MAIL:
        if not settings.EMAIL_HOST:
            return (
                "本平台还没有配置发信服务器，不能用电子邮件。请系统管理员设置 LIANSHEN_EMAIL_HOST。"
            )
        try:
            validate_email(address)
        except ValidationError:
            return f"“{address}”不是邮箱地址，请填 名称@单位域名。"
        return ""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        return f"“{address}”不是网址，请填 https:// 开头的完整地址。"
    if parts.username or parts.password or parts.fragment:
        return "网址里不要带用户名、口令或者“#”后面的部分，消息由签名证明来源。"
    return ""


class DropForm(forms.Form):
    why = forms.CharField(label="理由", max_length=200)


class DeliveryFilter(forms.Form):
    q = forms.CharField(label="摘要或消息号", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *DeliveryState.choices]
    )
    receiver = forms.ChoiceField(label="收件方", required=False)
    topic = forms.ChoiceField(label="内容", required=False)

    def __init__(self, *args: Any, receivers: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].choices = [("", "全部"), *receivers]  # type: ignore[attr-defined]
        told = [(t.name, t.label) for t in (*topics(), PING)]
        self.fields["topic"].choices = [("", "全部"), *told]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})
