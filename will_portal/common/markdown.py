"""Texts that people write in Markdown, as HTML that can do no harm."""

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

# Not a line of HTML passes the first; whatever it may overlook, the second keeps nothing but this.
MARKDOWN = MarkdownIt("js-default", {"breaks": True})
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "h5", "blockquote", "code"}
SCHEMES = {"http", "https", "mailto"}
# The page's own headings are the first and the second level.
LEVELS = {"h1": "h3", "h2": "h4"}


def render_markdown(text):
    """Return the text as safe HTML: paragraphs, lists, emphasis, links out, and headings from h3 to h5."""
    tokens = MARKDOWN.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = LEVELS.get(token.tag, "h5")
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"*": set(), "a": {"href"}},
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(clean)  # nosec B308 B703
