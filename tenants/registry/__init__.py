"""What passes between tenants (收发室): filings and disclosures in shared tables."""
