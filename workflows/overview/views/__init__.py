"""The city's pages over all tenants. Every figure comes from the roll-up rows."""
