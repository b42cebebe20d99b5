"""Invented news (示例动态) for the demonstration city."""

from datetime import date, timedelta

from django.utils import timezone

from cms.models import NewsPage, SectionPage

_NEWS = (
    (
        3,
        "一次会商办结六个项目前期手续（示例）",
        "集中会商当天，六个重点项目的用地预审、环评和水土保持审批同步办结。",
        "会商前逐项对账，会上逐项议定，会后按交办单分解落实。项目单位可以在本专栏查看每个项目的公开进度。",
    ),
    (
        12,
        "办事指南全部公开承诺时限（示例）",
        "本级办理的审批事项已公开承诺时限、材料清单、受理窗口和办公电话。",
        "承诺时限按工作日计算，受理当天不计入；听证、专家评审等依法停表的时间另行书面告知。",
    ),
    (
        26,
        "帮办代办队伍走进园区（示例）",
        "服务团队到园区现场指导申报材料，当场受理三件申请。",
        "需要上门服务的项目单位，可以拨打机构与联系页面上的办公电话预约。",
    ),
)


def publish_news(section: SectionPage, *, on: date) -> int:
    """Live sample news in ``section``, dated some days before ``on``; returns how many were new."""
    made = 0
    for days, title, summary, text in _NEWS:
        slug = f"sample-{days}"
        if NewsPage.objects.child_of(section).filter(slug=slug).exists():
            continue
        page = NewsPage(
            title=title,
            slug=slug,
            date=on - timedelta(days=days),
            summary=summary,
            body=[("paragraph", f"<p>{text}</p>")],
            first_published_at=timezone.now(),
        )
        SectionPage.objects.get(pk=section.pk).add_child(instance=page)
        made += 1
    return made
