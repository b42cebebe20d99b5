"""Characters (字符) a paper may hold: what is seen, and nothing that is only between the letters."""

import re
import unicodedata

#: Not seen on paper, yet able to hide or turn what is: controls, marks of direction and joining, halves
#: of pairs.
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_BREAKS = re.compile(r"\s*(?:\r\n?|[\n\v\f\u0085\u2028\u2029])\s*")


def seen(text: str) -> str:
    """``text`` in one line without what nobody sees; breaks and tabs become spaces."""
    return " ".join(seen_lines(text).split("\n"))


def seen_lines(text: str) -> str:
    """``text`` without what nobody sees, its breaks kept as single line feeds."""
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    kept = (
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
    )
    return "".join(kept).strip()
