"""Database backend that keeps a connection inside one tenant's schema."""
