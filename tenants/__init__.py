"""Who the tenants are (租户), and the only doors between them."""
