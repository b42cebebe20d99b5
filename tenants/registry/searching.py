"""Chinese search (查找): text is kept as two-character pieces, and a question is cut the same way.

PostgreSQL's own search takes a Chinese sentence for one word. The pieces are the sieve; the text
kept behind them is the recheck, so that 选址 finds 用地预审与选址意见书 and never 选在厂址.
"""

import re
import unicodedata
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)

LONGEST_QUERY = 40
_RUN = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """``text`` as it is compared: one width, one case, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def pieces(text: str) -> list[str]:
    """Every two neighbouring characters of ``text``, once each; punctuation parts them."""
    found = {
        run[i : i + 2] for run in _RUN.findall(folded(text)) for i in range(max(1, len(run) - 1))
    }
    return sorted(found)


def searchable(*texts: str) -> str:
    """What a row keeps to be found by: the pieces between spaces, then the text itself."""
    text = folded(" ".join(texts))
    return f" {' '.join(pieces(text))} \n{text}"


def words_of(query: str) -> list[str]:
    """The words of a question as they are compared, at most five."""
    return folded(query[:LONGEST_QUERY]).split()[:5]


def found(rows: QuerySet[M], query: str, *, field: str = "search") -> QuerySet[M]:
    """Those of ``rows`` that hold every word of ``query`` as it stands; none when it is empty."""
    words = words_of(query)
    if not words:
        return rows.none()
    condition = Q()
    for word in words:
        for piece in pieces(word):
            if len(piece) == 2:
                condition &= Q(**{f"{field}__contains": f" {piece} "})
        condition &= Q(**{f"{field}__contains": word})
    return rows.filter(condition)
