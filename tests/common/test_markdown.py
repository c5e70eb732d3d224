import re
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from will_portal.common.markdown import SCHEMES, TAGS, render_markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    "<p onclick=alert(1) hx-get=/accounts/logout/ hx-trigger=load style='position:fixed'>x</p>",
    "<svg><animate onbegin=alert(1)></svg>",
    "<style>body{display:none}</style>",
    "<iframe src=https://evil.example></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x](https://evil.example/pixel.png)",
    "[x](vbscript:msgbox)",
    "[x](//evil.example)",
    "[x](/accounts/logout/)",
    '[x](https://ok.example "\\" onmouseover=alert(1)")',
    "<https://ok.example/\"onclick='alert(1)'>",
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>`",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "| a |\n|---|\n| <b hx-get=/> |",
    "<!-- <script> -->",
    "<template><script>alert(1)</script></template>",
]


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attributes}
        self.links |= {value for name, value in attributes if name == "href"}


def assert_harmless(html):
    reader = Reader()
    reader.feed(html)
    assert reader.tags <= TAGS
    assert reader.attributes <= {"href", "rel"}
    assert {link.split(":")[0] for link in reader.links} <= SCHEMES


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_gets_through(text):
    assert_harmless(render_markdown(text))


@given(
    st.lists(st.sampled_from([*HOSTILE, "[", "](", ")", "\n", "<", ">", "`", "*", "# ", "> "]), max_size=8)
)
def test_nor_does_any_mixture_of_it(pieces):
    assert_harmless(render_markdown("".join(pieces)))


def test_headings_stand_below_those_of_the_page():
    html = render_markdown("# a\n\n## b\n\n### c\n\n###### d")
    assert re.findall("<h.>", html) == ["<h3>", "<h4>", "<h5>", "<h5>"]


def test_what_people_write_looks_as_they_meant_it():
    assert render_markdown("**who**\n*why*") == "<p><strong>who</strong><br>\n<em>why</em></p>\n"
    assert render_markdown("- a\n- b") == "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"


@pytest.mark.parametrize(
    "link", ["https://will.example/a", "http://will.example", "mailto:will@will.example"]
)
def test_a_link_leads_out_without_telling_from_where(link):
    assert f'<a href="{link}" rel="nofollow noopener noreferrer">x</a>' in render_markdown(f"[x]({link})")


def test_templates_render_it_with_a_filter():
    page = Template("{% load markdown %}{{ text|markdown }}").render(Context({"text": "*a* <b>"}))
    assert page == "<p><em>a</em> &lt;b&gt;</p>\n"
