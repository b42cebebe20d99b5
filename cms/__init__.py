"""Wagtail (内容管理): the portal's page models, in the shared schema."""
