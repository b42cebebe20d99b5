"""A field that takes several files at once (附件), each refused by name with its own sentence."""

from typing import TYPE_CHECKING, Any

from django import forms

from kernel.papers.formats import FORMATS, LARGEST, media_type_of, name_of
from kernel.refusal import Refused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MOST = 10


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": ",".join(f".{known}" for known in FORMATS), **(attrs or {})})


class FilesField(forms.FileField):
    """Cleans to a list of uploads whose bytes agree with their names; empty where none was chosen."""

    widget = FilesInput

    def __init__(self, **words: Any) -> None:
        help_text = f"可一次选几个，每个不超过 {LARGEST // 2**20} MB；收 {'、'.join(FORMATS)}。"
        super().__init__(**{"label": "附件", "help_text": help_text} | words)

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[bytes]"]:
        chosen = data if isinstance(data, list | tuple) else [data]
        uploads = [upload for upload in chosen if upload]
        if not uploads:
            super().clean(None, initial)
            return []
        if len(uploads) > MOST:
            raise forms.ValidationError(
                f"一次最多 {MOST} 个附件，这次选了 {len(uploads)} 个；请分次上传。"
            )
        faults = []
        for upload in uploads:
            try:
                content = upload.read(LARGEST + 1)
                media_type_of(name_of(upload.name or ""), content)
            except Refused as refusal:
                faults.append(str(refusal))
            upload.seek(0)
        if faults:
            raise forms.ValidationError(faults)
        return uploads
