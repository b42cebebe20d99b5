"""The filter of the notices."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kernel.trail.queries import room_of


class NoticeFilter(forms.Form):
    q = forms.CharField(label="内容", required=False, max_length=60)
    room = forms.ChoiceField(label="来源", required=False)
    seen = forms.ChoiceField(
        label="知悉", required=False, choices=[("", "全部"), ("no", "未知悉"), ("yes", "已知悉")]
    )

    def __init__(self, *args: Any, rooms: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(room, room_of(room)) for room in rooms]
        self.fields["room"].choices = [("", "全部"), *named]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The answers that make sense; the others filter nothing."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})
