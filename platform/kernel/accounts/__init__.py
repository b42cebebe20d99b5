"""People (人员), their memberships of tenants (任职) and how they sign in."""
