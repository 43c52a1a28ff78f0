"""Colours in YAML: comments, keys, expressions."""

import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import Tone

_KEY = re.compile(r"^\s*(?:- +)*(\"[^\"]*\"|'[^']*'|[\w.-]+)\s*:(?=\s|$)")
_DASH = re.compile(r"^\s*-(?=\s|$)")
_COMMENT = re.compile(r"(?:^|\s)(#.*)$")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")


class YamlHighlighter(QSyntaxHighlighter):
    """Line by line; follows the look."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        """Later ones win: a comment hides what stands in it."""
        for pattern, tone, group in (
            (_QUOTED, Tone.SUCCESS, 0),
            (_KEY, Tone.ACCENT, 1),
            (_DASH, Tone.MUTED, 0),
            (_EXPRESSION, Tone.WARNING, 0),
        ):
            for found in pattern.finditer(text):
                self._paint(found.start(group), found.end(group), tone)
        bare = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
        comment = _COMMENT.search(bare)
        if comment is not None:
            self._paint(comment.start(1), len(text), Tone.MUTED)

    def _paint(self, start: int, end: int, tone: Tone) -> None:
        form = QTextCharFormat()
        form.setForeground(self._theme.colour(tone))
        self.setFormat(start, end - start, form)
