"""The one exception for what the rules say no to."""


class Refused(Exception):
    """A request the rules say no to. Its text is a sentence for the clerk: what, why, what next."""
