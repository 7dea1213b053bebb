r"""Text of others for a terminal, which takes some characters for commands.

It lies here, and not with the command line, because every package prints: the datasets' own
commands, too, and this package is a leaf, which may not import what lies above it.

Names of classes and columns, labels in a run folder from somebody else, messages of foreign code:
an escape sequence in one could hide lines or retitle the window. What is printed goes through
`say`, or through `one_line` on its way into a table.
"""

from __future__ import annotations

import unicodedata

import typer

# Control characters, halves of characters, ends of lines that terminals may or may not know.
_COMMANDS = ("Cc", "Cs", "Zl", "Zp")
_REORDER = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    r"""`text` with what would command a terminal spelt out; ends of lines and tabs stay.

    >>> visible("a\x1b[31mb\n\u202ec")
    'a\\x1b[31mb\n\\u202ec'
    """
    if text.isprintable():
        return text
    return "".join(_shown(c) if c not in "\n\t" else c for c in text)


def one_line(text: str) -> str:
    r"""The same where a line must stay one: of a name, whose author might go on with our words.

    >>> one_line("normal\ndone: all equal")
    'normal\\ndone: all equal'
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def say(text: object = "", *, err: bool = False) -> None:
    """Print `text`, made visible."""
    typer.echo(visible(str(text)), err=err)


def _shown(character: str) -> str:
    is_command = unicodedata.category(character) in _COMMANDS or character in _REORDER
    return character.encode("unicode_escape").decode() if is_command else character
