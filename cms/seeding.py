"""Open the portal (门户开通): home, one section a tenant, its editors, its reviewers, its documents."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.models import HomePage, SecondPersonTask, SectionPage
from tenants.gateway import ready_tenants
from tenants.models import Tenant


@transaction.atomic
def ensure_sections() -> list[SectionPage]:
    """Home and a section for every ready tenant, in the city's order. Idempotent; shared schema only."""
    home = _home()
    sections = []
    for tenant in ready_tenants():
        section = SectionPage.objects.filter(tenant=tenant).first()
        if section is None:
            section = SectionPage(title=tenant.name, slug=tenant.slug, tenant=tenant)
            HomePage.objects.get(pk=home.pk).add_child(instance=section)
        _staffed(section)
        sections.append(section)
    return sections


def ensure_editor(user: Any, tenant: Tenant) -> None:
    """Let ``user`` write in the tenant's section and hand in for review; not publish."""
    user.groups.add(_group(tenant, "编辑"))


def ensure_reviewer(user: Any, tenant: Tenant) -> None:
    """Let ``user`` review and publish what others wrote in the tenant's section."""
    user.groups.add(_group(tenant, "审核"))


def _home() -> HomePage:
    home = HomePage.objects.first()
    if home is None:
        welcome = Page.objects.filter(depth=2, slug="home").first()
        if welcome:  # Wagtail's own welcome page holds the name and the site
            welcome.slug = "welcome"
            welcome.save()
        home = HomePage(
            title=settings.WAGTAIL_SITE_NAME,
            slug="home",
            intro="要办什么，先办什么，几天办完，找谁办。",
        )
        Page.get_first_root_node().add_child(instance=home)
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={
                "hostname": settings.PORTAL_HOST,
                "port": 80,
                "root_page": home,
                "site_name": settings.WAGTAIL_SITE_NAME,
            },
        )
        if welcome:
            Page.objects.get(pk=welcome.pk).delete()
    return home


def _group(tenant: Tenant, duty: str) -> Group:
    group, made = Group.objects.get_or_create(name=f"{tenant.name}专栏{duty}")
    if made:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
    return group


def _staffed(section: SectionPage) -> None:
    """Editors write, reviewers approve; neither can publish past the other."""
    tenant = section.tenant
    editors, reviewers = _group(tenant, "编辑"), _group(tenant, "审核")
    for codename in ("add_page", "change_page"):
        GroupPagePermission.objects.get_or_create(
            group=editors,
            page=section,
            permission=_permission("wagtailcore", codename),
        )
    collection = Collection.objects.filter(name=tenant.name).first()
    if collection is None:
        collection = Collection(name=tenant.name)
        Collection.get_first_root_node().add_child(instance=collection)
    for codename in ("add_document", "change_document", "choose_document"):
        GroupCollectionPermission.objects.get_or_create(
            group=editors,
            collection=collection,
            permission=_permission("wagtaildocs", codename),
        )
    if WorkflowPage.objects.filter(page=section).exists():
        return
    workflow = Workflow.objects.create(name=f"{tenant.name}专栏发布")
    task = SecondPersonTask.objects.create(name=f"{tenant.name}专栏审核")
    task.groups.add(reviewers)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=section)


def _permission(app_label: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)
