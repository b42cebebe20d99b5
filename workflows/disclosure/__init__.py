"""Disclosure (公开): what a tenant prepares, checks and releases to the public."""
