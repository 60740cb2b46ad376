"""The order in which people look for names, French and English alike: accents, case and ligatures do not count.

PostgreSQL's own orders of languages need ICU, which the private server is built without; left to itself it compares
bytes, so that Épicerie comes after Zoo. Both sides here do the same steps, for rows and for lists in memory.
"""

from __future__ import annotations

import re
import unicodedata

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Lower, Replace

_MARKS = "[\u0300-\u036f]"
_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("ß", "ss"))


class _Decomposed(Func):
    function = "normalize"
    template = "%(function)s(%(expressions)s, NFKD)"
    output_field = TextField()


def alphabetical(field: str) -> Lower:
    """Return what to give to ``order_by`` to sort rows by a name, of a related row too; break ties by another field."""
    bare = Func(_Decomposed(F(field)), Value(_MARKS), Value(""), Value("g"), function="regexp_replace")
    plain = Lower(bare)
    for joined, letters in _LIGATURES:
        plain = Lower(Replace(Lower(plain), Value(joined), Value(letters)))
    return plain


def alphabetical_key(text: str) -> str:
    """Return the key that sorts a name like :func:`alphabetical` does."""
    plain = re.sub(_MARKS, "", unicodedata.normalize("NFKD", text)).lower()
    for joined, letters in _LIGATURES:
        plain = plain.replace(joined, letters)
    return plain
