"""HTML as shops write it to plain text: entities read, list items and paragraphs made sentences, scripts and styles dropped."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Final

from assortment.catalogue.fields import tidy

_MARKUP: Final = re.compile(r"</?[a-zA-Z][^>]*>|<!--")
_BULLET: Final = re.compile(r"(?:[•·▪●]\s*|[*\u2013-]\s+)+")
_ENDS: Final = ".!?:;,…"
_UNSEEN: Final = frozenset({"script", "style", "template", "head", "noscript", "svg"})
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "big", "code", "em", "font", "i", "img", "mark", "s", "small", "span", "strong", "sub", "sup", "u", "wbr"}
)


def html_to_text(written: str) -> str:
    """The text a reader would see, on one line: white space tidied, each line of a page a sentence, bullets dropped.

    Text without tags keeps its words, with entities read ("Levi&#39;s &reg;" is "Levi's ®").
    """
    if not _MARKUP.search(written):
        written = html.unescape(written)  # markup may be escaped as a whole
    if not _MARKUP.search(written):
        return tidy(written)
    page = _Page()
    page.feed(written)
    page.close()
    lines = [tidied for line in "".join(page.seen).split("\n") if (tidied := _without_bullet(tidy(line)))]
    if len(lines) < 2:
        return "".join(lines)
    return " ".join(line if line[-1] in _ENDS else f"{line}." for line in lines)


def _without_bullet(line: str) -> str:
    match = _BULLET.match(line)
    return line[match.end() :] if match else line


class _Page(HTMLParser):
    """Collects what is seen, a line break around everything that is not inline."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._hidden += 1
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self._hidden:
            self._hidden -= 1
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(" ".join(data.split("\n")))

    def _break(self, tag: str) -> None:
        if tag not in _INLINE:
            self.seen.append("\n")
