"""The portal people meet (门户)."""
