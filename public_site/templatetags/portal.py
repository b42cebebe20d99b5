"""The portal's own tag (门户标签)."""

import re
from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel.web.parts import joined

register = template.Library()


@register.simple_tag
def marked(text: str, words: Sequence[str]) -> SafeString:
    """``text`` with every word that was asked for marked."""
    if not words:
        return joined([text])
    pattern = re.compile("(" + "|".join(re.escape(word) for word in words) + ")", re.IGNORECASE)
    parts = pattern.split(text)  # every second part is a word
    return joined(
        format_html("<mark>{}</mark>", part) if n % 2 else part for n, part in enumerate(parts)
    )
