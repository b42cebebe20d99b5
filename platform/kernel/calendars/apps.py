"""The calendars app."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "kernel.calendars"
    verbose_name = "工作日历"
