"""The one place where permission (权限) is given."""
