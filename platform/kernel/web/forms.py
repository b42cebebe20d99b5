"""Forms are drawn by our own templates."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    form_template_name = "lianshen/forms/form.html"
    field_template_name = "lianshen/forms/field.html"
