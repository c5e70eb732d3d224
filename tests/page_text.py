"""What a page says, as somebody reads it: its text, and the cells of its tables."""

import re
from html.parser import HTMLParser

UNREAD = {"script", "style", "title"}
VOID = {"input", "br", "img", "meta", "link", "hr", "use", "path", "rect", "circle", "line"}


class Reader(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.open, self.texts, self.tables, self.table = [], [], {}, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.table = []
        elif tag == "caption":
            self.tables[dict(attributes).get("id")] = self.table
        elif tag == "tr":
            self.table.append([])
        elif tag in {"td", "th"}:
            self.table[-1].append("")

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, text):
        if UNREAD.isdisjoint(self.open):
            self.texts.append(text)
        if {"td", "th"} & {*self.open} and self.table:
            self.table[-1][-1] += text


def in_one_line(text):
    return re.sub(r"\s+", " ", text).strip()


def text_of(page):
    return in_one_line("".join(Reader(page).texts))


def cells_of(page, caption):
    """Return the cells of the table whose caption has this id, a list for each row."""
    return [[in_one_line(cell) for cell in row] for row in Reader(page).tables[caption]]
