"""The city's consolidated picture (汇总) of all tenants."""
