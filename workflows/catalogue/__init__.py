"""Standard matters (事项), shared by all tenants and versioned."""
