"""Which lines belong to an entry of a YAML block: its comments, its blank lines, and nothing of its neighbours."""

from orchestrator.console.editor.spans import Entry, Node, column, line_end, line_start


class Layout:
    """Lines around entries of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def tail(self, entry: Entry) -> int:
        """The end of an entry's last line: deeper comments below it are its own."""
        text, base = self._text, column(self._text, entry.start)
        last = max(entry.value.end, entry.mark_end)
        end = last - 1 if last > entry.mark_end and text[last - 1] == "\n" else line_end(text, last)
        place = end
        while place < len(text):
            start, place = place + 1, line_end(text, place + 1)
            line = text[start:place]
            if line.strip() and not (line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > base):
                break
            if line.strip():
                end = place
        return end

    def head(self, entry: Entry) -> int:
        """Where an entry's own lines begin: with the comments right above it; its start where it shares its line."""
        text, start = self._text, line_start(self._text, entry.start)
        if text[start : entry.start].strip():
            return entry.start
        while start > 0:
            above = line_start(text, start - 1)
            line = text[above : start - 1]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) != column(text, entry.start):
                break
            start = above
        return start

    def extent(self, node: Node, place: int) -> tuple[int, int] | None:
        """What goes with an entry of a block; None where that cannot be told."""
        text, entry = self._text, node.entries[place]
        following = node.entries[place + 1] if place + 1 < len(node.entries) else None
        # A comment above a key mostly speaks of what follows it; one above an entry of a list of that entry.
        start = self.head(entry) if entry.key is None else line_start(text, entry.start)
        shares_line = bool(text[line_start(text, entry.start) : entry.start].strip())
        if shares_line:
            return (entry.start, following.start) if following is not None and entry.key is not None else None
        end = min(self.tail(entry) + 1, len(text))
        if following is not None:
            return start, self._behind_blank_lines(end) if entry.key is None else end
        start = self._before_blank_lines(start) if entry.key is None else start
        if end == len(text) and not text.endswith("\n") and start > 0:
            return start - 1, end
        return start, end

    def extent_in_flow(self, node: Node, place: int) -> tuple[int, int] | None:
        """An entry of a flow list or mapping with one of its commas."""
        entry = node.entries[place]
        if place > 0:
            return node.entries[place - 1].value.end, max(entry.value.end, entry.mark_end)
        if len(node.entries) > 1:
            return entry.start, node.entries[1].start
        return None

    def is_spaced(self, node: Node) -> bool:
        """True for a block list with blank lines between its entries."""
        if node.is_flow or not node.entries:
            return False
        if len(node.entries) == 1:
            only = node.entries[0]
            return self._text.count("\n", only.start, only.value.end) > 0
        last, before = node.entries[-1], node.entries[-2]
        return "\n\n" in self._text[self.tail(before) : self.head(last)]

    def _behind_blank_lines(self, place: int) -> int:
        while place < len(self._text) and not self._text[place : line_end(self._text, place)].strip():
            place = min(line_end(self._text, place) + 1, len(self._text))
        return place

    def _before_blank_lines(self, place: int) -> int:
        while place > 1:
            above = line_start(self._text, place - 1)
            if self._text[above : place - 1].strip():
                break
            place = above
        return place
