"""Fields that forms of several rooms share: a day, and any number of files."""

from typing import Any

from django import forms


def day_field(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; an empty choice is an empty list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = data if isinstance(data, (list, tuple)) else [data]
        one = super().clean
        if self.required and not any(chosen):
            one(None, initial)
        return [one(each, initial) for each in chosen if each]
