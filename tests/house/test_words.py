"""One term, one word: labels keep to the glossary, and no English leaks onto a page."""

import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
OURS = ("kernel.", "tenants", "workflows.", "cms", "public_site")
TEMPLATES = [
    path
    for top in ("platform", "tenants", "workflows", "cms", "public_site")
    for path in (ROOT / top).rglob("*.html")
]
SOURCES = [
    path
    for top in ("platform", "tenants", "workflows", "cms", "public_site")
    for path in (ROOT / top).rglob("*.py")
]

#: The word we use, by the words we don't.
ONE_WORD = {
    "办件": r"案件|申办件|办理件",
    "容缺": r"缺件受理|容缺办理(?!事项)",
    "销号": r"消号",
    "台账": r"台帐",
    "倒排计划": r"反推计划|倒推计划",
    "法定时限": r"法定期间",
    "登录": r"登陆(?!地)",
    "账号": r"帐号|帐户",
    "报备": r"备报",
}


def our_models() -> list[type]:
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith(OURS)
        for model in config.get_models()
    ]


@pytest.mark.parametrize("word", ONE_WORD)
def test_one_term_has_one_word(word: str) -> None:
    pattern = re.compile(ONE_WORD[word])
    found = [
        f"{path.relative_to(ROOT)}: {match.group()} → {word}"
        for path in [*TEMPLATES, *SOURCES]
        for match in pattern.finditer(path.read_text("utf-8"))
    ]
    assert not found


def test_models_and_their_choices_speak_chinese() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    silent = []
    for model in our_models():
        if not chinese.search(str(model._meta.verbose_name)):
            silent.append(model.__name__)
        for field in model._meta.get_fields():
            silent.extend(
                f"{model.__name__}.{field.name}: {label}"
                for _, label in getattr(field, "choices", None) or ()
                if not chinese.search(str(label)) and not str(label).isdigit()
            )
    assert not silent


def test_templates_show_no_english_sentence() -> None:
    """Two English words in a row between tags would be read by a clerk."""
    strip = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->|<[^>]*>", re.DOTALL)
    english = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,}")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in TEMPLATES
        for match in english.finditer(strip.sub("\n", path.read_text("utf-8")))
    ]
    assert not found


def test_every_template_is_used() -> None:
    text = "\n".join(p.read_text("utf-8") for p in [*TEMPLATES, *SOURCES])
    #: Django and Wagtail find these by name.
    found_by_name = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
    unused = []
    for path in TEMPLATES:
        name = path.as_posix().split("/templates/")[-1]
        if name in found_by_name or name.startswith(("cms/", "wagtail")):
            continue
        if f'"{name}"' not in text and f"'{name}'" not in text:
            unused.append(name)
    assert not unused
