"""The trail app."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "kernel.trail"
    verbose_name = "留痕"
