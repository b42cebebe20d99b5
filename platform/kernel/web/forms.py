"""Forms are drawn by our own templates."""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList

ERRORS = "lianshen/forms/errors.html"


class Renderer(TemplatesSetting):
    form_template_name = "lianshen/forms/form.html"
    field_template_name = "lianshen/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        return super().get_template(
            ERRORS if template_name == ErrorList.template_name else template_name
        )
