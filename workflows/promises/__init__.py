"""What a tenant promises (承诺) for a matter: limit, window, approving staff, helpers."""
