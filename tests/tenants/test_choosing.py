"""A form asks for a tenant by a list in a small city and by its name in a large one."""

import pytest
from django import forms
from django.forms import ValidationError

from tenants.choosing import LISTED_AT_MOST, TenantNameField, tenant_field
from tenants.models import Kind, Tenant


@pytest.fixture
def crowd(zhungeer: Tenant) -> None:
    Tenant.objects.bulk_create(
        Tenant(
            schema_name=f"t_park_{n}", slug=f"park-{n}", kind=Kind.PARK, parent=zhungeer,
            name=f"第{n}园区", code=f"15062299{n:03d}", prefix=f"YQ{n}", pinyin=f"{n}", ready=True,
        )
        for n in range(LISTED_AT_MOST + 1)
    )  # fmt: skip


def asked(value: str) -> forms.Form:
    class Asking(forms.Form):
        place = tenant_field("单位", Tenant.objects.filter(ready=True))

    return Asking({"place": value})


def test_a_small_city_is_a_list(city: Tenant) -> None:
    form = asked("t_zhungeer")
    assert form.is_valid()
    assert form.cleaned_data == {"place": "t_zhungeer"}
    assert "准格尔旗" in str(form["place"])


def test_a_large_city_is_asked_by_name(crowd: None) -> None:
    form = asked("t_zhungeer")
    assert isinstance(form.fields["place"], TenantNameField)
    assert form.is_valid()
    assert form.cleaned_data == {"place": "t_zhungeer"}
    shown = str(form["place"])
    assert 'value="准格尔旗"' in shown  # a link's code is shown as the name
    assert "第1园区" not in shown


@pytest.mark.parametrize(
    ("words", "schema"),
    [("准格尔旗", "t_zhungeer"), ("准格", "t_zhungeer"), ("第1园区", "t_park_1"), ("", "")],
)
def test_a_name_or_enough_of_it_will_do(crowd: None, words: str, schema: str) -> None:
    form = asked(words)
    assert form.is_valid()
    assert form.cleaned_data == {"place": schema}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("无此地", "没有名称含“无此地”的单位"),
        ("园区", "名称含“园区”的单位不止一个，请写全称：第0园区、第10园区"),
    ],
)
def test_what_is_not_clear_is_refused_with_what_it_could_mean(
    crowd: None, words: str, says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        tenant_field("单位", Tenant.objects.all()).clean(words)
