"""Forms of the project list: the same checks by hand as by import (清单表单)."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from workflows.catalogue.combing import load_standard
from workflows.projects import queries
from workflows.projects.codes import (
    CITY,
    REGIONS,
    BadCode,
    find_region,
    read_credit_code,
    read_project_code,
)
from workflows.projects.eligibility import RULES
from workflows.projects.facts import REGION_NAMES, STATED, industry_labels, stated_by
from workflows.projects.intake.cells import START_YEARS
from workflows.projects.lifecycle import State
from workflows.projects.models import Comment, Kind, Opinion, Project, Verdict
from workflows.projects.workbook import ProjectFacts

_ANY = ("", "全部")
_REGIONS = [(region.code, region.name) for region in REGIONS]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _event_day(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput, help_text=help_text)


def _not_in_future(on: date) -> date:
    if on > timezone.localdate():
        raise forms.ValidationError("日期在今天以后；请填写实际发生的日期。")
    return on


class UploadForm(forms.Form):
    """A workbook and, where its title names none, the year."""

    file = forms.FileField(
        label="项目清单",
        help_text="Excel 或 WPS 表格（.xlsx、.xls、.et），20MB 以内。可以把文件拖到这里。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et"}),
        error_messages={
            "required": "请选择要导入的项目清单。",
            "empty": "文件是空的；请重新选择。",
        },
    )
    year = forms.IntegerField(
        label="年度",
        required=False,
        min_value=2015,
        max_value=2100,
        help_text="标题里写了年度的不用填。",
    )


class FilterForm(forms.Form):
    """What the list is narrowed to; every choice stays in the address."""

    q = forms.CharField(label="查找", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=[_ANY, *State.choices])
    region_code = forms.ChoiceField(label="旗区", required=False, choices=[_ANY, *_REGIONS])
    industry = forms.ChoiceField(label="行业", required=False)
    kind = forms.ChoiceField(label="审批类型", required=False, choices=[_ANY, *Kind.choices])
    half = forms.ChoiceField(
        label="计划开工", required=False, choices=[_ANY, ("1", "上半年"), ("2", "下半年")]
    )
    plan = forms.ChoiceField(
        label="计划",
        required=False,
        choices=[_ANY, ("feasible", "可行"), ("infeasible", "赶不上目标"), ("done", "已办齐")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["industry"].choices = [_ANY, *industry_labels().items()]  # type: ignore[attr-defined]
        self.fields["q"].widget.attrs["placeholder"] = "名称、编号、单位、代码"

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen; a strange value in the address chooses nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class FactsForm(forms.Form):
    """All facts of one project. ``facts()`` gives them in the form in which a list states them."""

    name = forms.CharField(label="项目名称", max_length=200)
    owner_name = forms.CharField(label="项目单位", max_length=120)
    project_code = forms.CharField(
        label="项目代码",
        max_length=40,
        required=False,
        help_text="在线审批监管平台的赋码，例如 2601-150622-04-01-123456；未赋码的可先空着。",
    )
    credit_code = forms.CharField(label="统一社会信用代码", max_length=30, required=False)
    region_code = forms.ChoiceField(label="所在旗区", choices=_REGIONS)
    place = forms.CharField(
        label="建设地点", max_length=200, required=False, help_text="写到苏木镇或园区。"
    )
    industry = forms.ChoiceField(label="行业", required=False)
    kind = forms.ChoiceField(label="审批类型", choices=Kind.choices)
    investment_wan = forms.DecimalField(
        label="总投资（万元）", min_value=0, max_digits=14, decimal_places=2
    )
    admission_claim = forms.ChoiceField(
        label="入选依据",
        required=False,
        choices=[
            ("", "按总投资判定"),
            *((rule.code, rule.label) for rule in RULES if rule.code != "investment"),
        ],
        help_text="总投资达到下限的不用选。",
    )
    planned_start_on = forms.DateField(label="计划开工", widget=DayInput)
    land_ha = forms.DecimalField(
        label="用地面积（公顷）", required=False, min_value=0, max_digits=12, decimal_places=4
    )
    earthwork_m3 = forms.DecimalField(
        label="土石方（立方米）", required=False, min_value=0, max_digits=14, decimal_places=2
    )
    content = forms.CharField(
        label="建设内容及规模",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    features = forms.MultipleChoiceField(
        label="项目特征",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="勾选的特征决定要办哪些审批事项。",
    )
    note = forms.CharField(label="备注", required=False, max_length=500)

    #: How the page groups them.
    GROUPS = (
        ("项目", ("name", "owner_name", "project_code", "credit_code")),
        ("地点与类型", ("region_code", "place", "industry", "kind")),
        (
            "规模与时间",
            ("investment_wan", "admission_claim", "planned_start_on", "land_ha", "earthwork_m3"),
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        industries = [("", "未分行业"), *industry_labels().items()]
        self.fields["industry"].choices = industries  # type: ignore[attr-defined]
        self.fields["features"].choices = [  # type: ignore[attr-defined]
            (feature.code, feature.label) for feature in load_standard().features
        ]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names]) for label, names in self.GROUPS]

    def clean_project_code(self) -> str:
        source = self.cleaned_data["project_code"]
        try:
            return read_project_code(source).text if source else ""
        except BadCode as bad:
            raise forms.ValidationError(str(bad)) from None

    def clean_credit_code(self) -> str:
        source = self.cleaned_data["credit_code"]
        try:
            return read_credit_code(source) if source else ""
        except BadCode as bad:
            raise forms.ValidationError(str(bad)) from None

    def clean_investment_wan(self) -> Any:
        if not self.cleaned_data["investment_wan"]:
            raise forms.ValidationError("总投资是零；请填写大于0的数字，单位万元。")
        return self.cleaned_data["investment_wan"]

    def clean_planned_start_on(self) -> date:
        day: date = self.cleaned_data["planned_start_on"]
        if day.year not in START_YEARS:
            raise forms.ValidationError(
                f"年份{day.year}不合常理，应在{START_YEARS[0]}年至{START_YEARS[-1]}年之间；请核对。"
            )
        return day

    def clean(self) -> dict[str, Any]:
        """A place is kept with its banner's name, so that a list made of it can be read again."""
        given = super().clean() or {}
        place, code = given.get("place", ""), given.get("region_code", "")
        if place and code:
            named = find_region(place)
            if named is None:
                given["place"] = REGION_NAMES[code] + place
            elif code != CITY.code and named.code not in {code, CITY.code}:
                self.add_error("place", f"写的是{named.name}，与所在旗区不符；请改正其一。")
        return given

    def facts(self) -> ProjectFacts:
        stated = {name: self.cleaned_data[name] for name in STATED}
        return ProjectFacts(
            **stated
            | {
                "features": frozenset(stated["features"]),
                "admission_claim": self.cleaned_data["admission_claim"],
                "source_row": 0,
            }
        )


class NewForm(FactsForm):
    """A project registered by hand."""

    year = forms.IntegerField(label="年度", min_value=2015, max_value=2100)


class EditForm(FactsForm):
    """A change of a project's facts, with its reason and the version the clerk saw."""

    reason = forms.CharField(label="修改理由", max_length=200, help_text="会记入变更记录。")
    version = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def initial_of(project: Project) -> dict[str, Any]:
        facts = stated_by(project)
        claim = "" if facts.admission_claim == "investment" else facts.admission_claim
        initial = {name: getattr(project, name) for name in STATED}
        return initial | {"admission_claim": claim, "version": project.version}


class MoveForm(forms.Form):
    """A step with its day, its reason where one is asked for, and the version the clerk saw."""

    on = _event_day("办理日期", "实际发生的日期，可以是过去，不能是将来。")
    reason = forms.CharField(
        label="理由", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason

    def clean_on(self) -> date:
        return _not_in_future(self.cleaned_data["on"])


class BatchForm(forms.Form):
    """The day of a move of the whole list."""

    on = _event_day("办理日期", "实际发生的日期，可以是过去，不能是将来。")

    def clean_on(self) -> date:
        return _not_in_future(self.cleaned_data["on"])


class CommentForm(forms.Form):
    """A department's opinion. ``department_codes`` are those the person may speak for."""

    department_code = forms.ChoiceField(label="单位")
    opinion = forms.ChoiceField(label="意见", choices=Opinion.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="有建议或不同意的，请写明内容和依据。",
    )

    def __init__(self, *args: Any, department_codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department_code"]
        field.choices = [(code, code) for code in department_codes]  # type: ignore[attr-defined]
        if len(department_codes) > 1:
            names = queries.department_names(department_codes)
            field.choices = list(zip(department_codes, names, strict=True))  # type: ignore[attr-defined]
            field.help_text = "单位来文、来函的意见由机制办公室代为登记。"
        else:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(department_codes), "")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("opinion") in {Opinion.ADVISE, Opinion.OBJECT} and not given.get("text"):
            self.add_error("text", "请写明意见内容，“有建议”“不同意”不能空着。")
        return given


class HandleForm(forms.Form):
    """What becomes of an opinion; ``seen_at`` says how far the clerk saw it handled."""

    verdict = forms.ChoiceField(label="处理", choices=Verdict.choices, widget=forms.RadioSelect)
    why = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="反馈给提意见的单位，记入留痕。",
    )
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def initial_of(comment: Comment) -> dict[str, Any]:
        seen = comment.handled_at.isoformat() if comment.handled_at else ""
        return {"verdict": comment.verdict, "why": comment.handled_why, "seen_at": seen}

    def clean_seen_at(self) -> datetime | None:
        text = self.cleaned_data["seen_at"]
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError:
            raise forms.ValidationError("页面已过时，请刷新后再处理。") from None
