"""A text and a place in it: what PostgREST's parser accepts there, and how it words a refusal."""

import re
from collections.abc import Sequence

from service.errors import FieldError, Problem

MAX_ITEMS = 10_000

SIMPLE = {
    "neq": "<>",
    "cs": "@>",
    "cd": "<@",
    "ov": "&&",
    "sl": "<<",
    "sr": ">>",
    "nxr": "&<",
    "nxl": "&>",
    "adj": "-|-",
}
QUANTIFIED = {
    "eq": "=",
    "gte": ">=",
    "gt": ">",
    "lte": "<=",
    "lt": "<",
    "like": "LIKE",
    "ilike": "ILIKE",
    "match": "~",
    "imatch": "~*",
}
FULL_TEXT = {"fts": "to_tsquery", "plfts": "plainto_tsquery", "phfts": "phraseto_tsquery", "wfts": "websearch_to_tsquery"}
IS = {"null": "NULL", "not_null": "NOT NULL", "true": "TRUE", "false": "FALSE", "unknown": "UNKNOWN"}
OPERATORS = frozenset({*SIMPLE, *QUANTIFIED, *FULL_TEXT, "is", "in", "isdistinct"})
AGGREGATES = ("sum", "avg", "count", "max", "min")


# What PostgREST's codes are called on our own endpoints; the rest is filter_not_valid.
CODES = {"42703": "parameter_unknown", "PGRST103": "range_not_valid", "PGRST107": "type_not_available"}

_SPACES = re.compile(r"[ \t]*")
_IDENTIFIER = re.compile(r"[\w $]*")
_JSON_KEY = re.compile(r"[^(\-:.,>)]*")
_PLAIN_ITEM = re.compile(r"[^,)]*")
_OPENING = re.compile(r"[ \t]*\(")


class QueryError(Problem):
    """A query that can't be read or planned: `parameter` is the one at fault.

    `rest_code`, `message`, `details` and `hint` are as PostgREST says it under /rest; elsewhere it is a Problem as any other.
    """

    def __init__(
        self,
        parameter: str,
        message: str,
        details: str | None = None,
        *,
        rest_code: str = "PGRST100",
        hint: str | None = None,
        status: int = 400,
        code: str | None = None,
    ) -> None:
        code = code or CODES.get(rest_code, "filter_not_valid")
        text = ": ".join(part for part in (message, details) if part)
        super().__init__(status, code, text, [FieldError(parameter[:100], code, text)] if parameter else ())
        self.parameter = parameter
        self.message = message
        self.details = details
        self.rest_code = rest_code
        self.hint = hint


class Scanner:
    """A place in a text, and what can stand there."""

    def __init__(self, parameter: str, subject: str, text: str) -> None:
        self.parameter = parameter
        self.subject = subject
        self.text = text
        self.position = 0

    @property
    def character(self) -> str:
        """The next one; empty at the end."""
        return self.text[self.position : self.position + 1]

    def failure(self, expected: str) -> QueryError:
        """Why the character at this place is refused."""
        # Parsec quotes what it finds instead of an end in its own way.
        quote = "'" if expected.endswith("end of input") else '"'
        found = f"{quote}{self.character}{quote}" if self.character else "end of input"
        return self._unexpected(found, expected)

    def no_word(self, words: Sequence[str], expected: str) -> QueryError:
        """Why none of these words is here: where the text parts from the first of them."""
        common = len(_common_prefix(self.text[self.position :], words[0]))
        wrong = self.text[self.position + common : self.position + common + 1]
        return self._unexpected(f'"{wrong}"' if wrong else "end of input", expected)

    def _unexpected(self, found: str, expected: str) -> QueryError:
        return QueryError(
            self.parameter,
            f"{shortened(self.subject)} (line 1, column {self.position + 1})",
            f"unexpected {found} expecting {expected}",
        )

    def end(self, expected: str) -> None:
        if self.position < len(self.text):
            raise self.failure(expected)

    def sees(self, text: str) -> bool:
        return self.text.startswith(text, self.position)

    def has(self, text: str) -> bool:
        """Whether this text is still to come."""
        return self.text.find(text, self.position) >= 0

    def opens(self, word: str) -> bool:
        """Whether this word is next, and a parenthesis after it."""
        return self.sees(word) and bool(_OPENING.match(self.text, self.position + len(word)))

    def take(self, text: str) -> bool:
        """Passes over this text if it is next."""
        found = self.text.startswith(text, self.position)
        if found:
            self.position += len(text)
        return found

    def word(self, text: str, followed_by: str) -> bool:
        """Passes over this text if it is next, and then one of these characters or the end; a wrong end is refused."""
        if not self.take(text):
            return False
        if self.character and self.character not in followed_by + " \t":
            raise self.failure('delimiter (.), "," or end of input' if "." in followed_by else '"," or end of input')
        return True

    def spaces(self) -> None:
        self._passed(_SPACES)

    def name(self) -> str:
        """A column's name: quoted, or letters, digits, `_ $` and spaces, with single dashes between."""
        if self.character == '"':
            return self.quoted()
        return self._dashed(_IDENTIFIER, "field name (* or [a..z0..9_$])")

    def json_key(self) -> str:
        if self.character == '"':
            return self.quoted()
        return self._dashed(_JSON_KEY, '"-", digit or any non reserved character different from: .,>()')

    def json_index(self) -> str | None:
        """A whole number that is the whole step, else None."""
        end = self.position + (self.character == "-")
        begun = end
        while self.text[end : end + 1].isdecimal() and self.text[end].isascii():
            end += 1
        digits = end > begun
        follows = self.text[end : end + 2]
        if digits and (follows[:1] in ("", ".", ",") or follows in ("->", "::")):
            number = self.text[self.position : end]
            self.position = end
            return number
        if self.character == "-":
            self.position = end if digits else begun
            raise self.failure('digit, "->", "::", ".", "," or end of input' if digits else "digit")
        return None

    def identifier(self, expected: str = "letter or digit") -> str:
        found = self._passed(_IDENTIFIER)
        if not found:
            raise self.failure(expected)
        return found.strip()

    def quoted(self) -> str:
        """`"..."`, where a backslash takes the next character as it is."""
        self.position += 1
        out: list[str] = []
        while self.character != '"':
            if self.character == "\\":
                self.position += 1
            if not self.character:
                raise self.failure('"\\"" or "\\\\"')
            out.append(self.character)
            self.position += 1
        self.position += 1
        return "".join(out)

    def operator(self, negated: bool) -> str:
        """The name of an operator; the `.` or `(` after it is still to come, except after `in` and `is`."""
        for name in ("in", "is"):
            if self.take(f"{name}."):
                return name
        end = self.position
        while self.text[end : end + 1].isalpha():
            end += 1
        name = self.text[self.position : end]
        if name in OPERATORS and name not in ("in", "is") and self.text[end : end + 1] in (".", "("):
            self.position = end
            return name
        raise self._no_operator(negated)

    def _no_operator(self, negated: bool) -> QueryError:
        # As PostgREST's parser words it: where the longest operator that the text begins with ends, else where it isn't "not".
        begun = max((known for known in OPERATORS if self.sees(known)), key=len, default="")
        if begun or negated:
            self.position += len(begun)
            return self.failure("operator (eq, gt, ...)")
        return self.no_word(["not"], '"not" or operator (eq, gt, ...)')

    def is_word(self) -> str:
        """What `is` can compare with, in any case."""
        rest = self.text[self.position :].lower()
        for word in sorted(IS, key=len, reverse=True):
            if rest.startswith(word):
                self.position += len(word)
                return word
        self.position += max(len(_common_prefix(rest, word)) for word in IS)
        raise self.failure("isVal: (null, not_null, true, false, unknown)")

    def items(self) -> list[str]:
        """`(a,"b,c",d)`; `()` holds nothing."""
        self.spaces()
        if not self.take("("):
            raise self.failure('"("')
        self.spaces()
        items = [self._item()]
        while self.take(","):
            if len(items) >= MAX_ITEMS:
                raise QueryError(self.parameter, f"a list can have {MAX_ITEMS} items at most")
            items.append(self._item())
        if not self.take(")"):
            raise self.failure('"," or ")"')
        self.spaces()
        return [] if items == [""] else items

    def _item(self) -> str:
        if self.character == '"':
            begun = self.position
            try:
                quoted = self.quoted()
            except QueryError:
                quoted = None
            if quoted is not None and self.character in ("", ",", ")"):
                return quoted
            self.position = begun
        return self._passed(_PLAIN_ITEM)

    def logic_value(self) -> str:
        """A value inside `and=()`: quoted, an array's `{...}`, or all up to the next `,` or `)`."""
        if self.character == "{":
            end = self.text.find("}", self.position)
            inner = self.text[self.position + 1 : end]
            if end >= 0 and "{" not in inner:
                self.position = end + 1
                return "{" + inner + "}"
        return self._item()

    def everything(self) -> str:
        text = self.text[self.position :]
        self.position = len(self.text)
        return text

    def _passed(self, pattern: re.Pattern[str]) -> str:
        """Passes over what the pattern matches here, which may be nothing."""
        match = pattern.match(self.text, self.position)
        assert match is not None
        self.position = match.end()
        return match.group()

    def _dashed(self, pattern: re.Pattern[str], expected: str) -> str:
        parts: list[str] = []
        while True:
            part = self._passed(pattern)
            if not part:
                raise self.failure(expected)
            parts.append(part.strip())
            if self.character == "-" and not self.sees("->"):
                self.position += 1
            else:
                return "-".join(parts)


def _common_prefix(text: str, word: str) -> str:
    length = next((n for n, (a, b) in enumerate(zip(text, word, strict=False)) if a != b), min(len(text), len(word)))
    return word[:length]


def shortened(text: str) -> str:
    return text if len(text) <= 500 else f"{text[:500]}..."
