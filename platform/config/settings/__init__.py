"""Settings: `base` for all, then one short module a place: demo, test, production."""
