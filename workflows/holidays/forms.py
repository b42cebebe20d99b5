"""What pages about the work calendar ask for (录入、核对、核实、筛选)."""

from typing import Any

from django import forms

from kernel.calendars.checking import LONGEST_NAME
from kernel.calendars.pasting import LONGEST, days_in, number_in
from kernel.clock import Notice, Rest
from kernel.clock.calendar import FIRST, LAST
from tenants.choosing import tenant_field
from tenants.models import Tenant
from workflows.holidays.lifecycle import DateKind
from workflows.holidays.models import Draft

BLANK_ROWS = 2


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _year_field(label: str, **words: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=FIRST.year, max_value=LAST.year, **words)


class EntryForm(forms.Form):
    """A notice's text or a workbook, one of the two."""

    text = forms.CharField(
        label="粘贴通知全文",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="连标题、文号和落款日期一起粘贴；逐条核对星期和天数，有一处读不通，一天也不登记。",
    )
    file = forms.FileField(
        label="或者上传表格",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et"}),
        help_text="Excel 或 WPS 表格（.xlsx、.xls、.et），2MB 以内。",
        error_messages={"empty": "文件是空的；请重新选择放假安排表。"},
    )
    year = _year_field("年份", required=False, help_text="标题里写了年份的不用填。")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and bool(given.get("text")) == bool(given.get("file")):
            raise forms.ValidationError("请粘贴通知全文，或者上传表格，二者选一样。")
        return given


class NoticeForm(forms.Form):
    """What was read of a notice, to be corrected; its holidays are a set of `RestForm`."""

    number = forms.CharField(
        label="文号", max_length=40, help_text="例如：国办发明电〔2025〕7号。括号用〔〕。"
    )
    title = forms.CharField(label="标题", max_length=120)
    year = _year_field("年份")
    issued_on = forms.DateField(
        label="印发日期", widget=DayInput, help_text="几份通知安排同一天时，以印发在后的为准。"
    )
    source = forms.CharField(
        label="来源", max_length=150, help_text="在哪里看到的，例如：中国政府网政策文件库。"
    )
    source_url = forms.URLField(
        label="来源网址", max_length=300, required=False, assume_scheme="https"
    )
    make_ups = forms.CharField(
        label="调休上班日",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="几个日期用顿号隔开，例如：2026-01-04、2026-02-14。",
    )
    replaces = forms.BooleanField(
        label="替换在册的同一文号",
        required=False,
        help_text="只在更正时选：在册的同一文号日期不同，启用后以这份为准，原来的记入留痕。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def initial_of(draft: Draft) -> dict[str, Any]:
        notice = draft.notice
        return {
            "number": notice.number,
            "title": notice.title,
            "year": notice.year,
            "issued_on": notice.issued_on,
            "source": notice.source,
            "source_url": draft.source_url,
            "make_ups": "、".join(day.isoformat() for day in notice.make_up),
            "replaces": draft.replaces,
            "version": draft.version,
        }

    def clean_number(self) -> str:
        """The number in its usual brackets; one of another make stays as typed."""
        typed: str = self.cleaned_data["number"]
        return number_in(typed) or "".join(typed.split())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("year") and "make_ups" in given:
            try:
                given["make_up"] = tuple(sorted(days_in(given["make_ups"], given["year"])))
            except ValueError as bad:
                self.add_error("make_ups", str(bad).removeprefix("中的"))
        return given

    def notice(self, rests: list[Rest]) -> Notice:
        """The notice as the form has it, its holidays in order."""
        given = self.cleaned_data
        return Notice(
            year=given["year"],
            number=given["number"],
            title=given["title"],
            issued_on=given["issued_on"],
            source=given["source"],
            published=True,
            rest=tuple(sorted(rests, key=lambda rest: rest.from_on)),
            make_up=given["make_up"],
        )


class RestForm(forms.Form):
    """One holiday; a row left blank is none."""

    name = forms.CharField(label="节日", max_length=LONGEST_NAME)
    from_on = forms.DateField(label="自", widget=DayInput)
    until_on = forms.DateField(label="至", widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        blank_is_none = {"empty_permitted": True, "use_required_attribute": False}
        super().__init__(*args, **kwargs | blank_is_none)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begin, end = given.get("from_on"), given.get("until_on")
        if begin and end and end < begin:
            self.add_error("until_on", f"早于开始的{begin}；请核对起止日期。")
        return given


RestForms = forms.formset_factory(RestForm, extra=BLANK_ROWS, max_num=60, absolute_max=60)


def rest_forms(data: Any = None, *, draft: Draft) -> forms.BaseFormSet[RestForm]:
    """The draft's holidays with some blank rows beneath; a row is taken out by blanking it."""
    initial = [
        {"name": rest.name, "from_on": rest.from_on, "until_on": rest.until_on}
        for rest in draft.notice.rest
    ]
    if data is not None:
        return RestForms(data, prefix="rests")
    return RestForms(prefix="rests", initial=initial)


def rests_in(rows: forms.BaseFormSet[RestForm]) -> list[Rest]:
    """The holidays of the rows that were filled in."""
    filled = (row.cleaned_data for row in rows.forms if row.has_changed())
    return [Rest(row["name"], row["from_on"], row["until_on"]) for row in filled]


class VerifyForm(forms.Form):
    """Who read the original where, and on which day."""

    source = forms.CharField(
        label="原件出处",
        max_length=200,
        help_text="例如：中国政府网政策文件库网址，或国务院公报的期号。",
    )
    read_on = forms.DateField(label="核对日期", widget=DayInput)


class YearForm(forms.Form):
    year = forms.TypedChoiceField(label="年份", coerce=int)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]  # type: ignore[attr-defined]


class MovedFilter(forms.Form):
    """What the moved dates are narrowed to; a strange value in the address chooses nothing."""

    q = forms.CharField(label="项目或办件", required=False, max_length=60)
    kind = forms.ChoiceField(
        label="日期", required=False, choices=[("", "全部"), *DateKind.choices]
    )

    def __init__(self, *args: Any, owners: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(owners) > 1:
            among = Tenant.objects.filter(schema_name__in=owners).order_by("order", "code")
            self.fields["owner"] = tenant_field("单位", among)
            self.order_fields(["q", "owner", "kind"])

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})
