"""Descriptions in HTML, as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.html_text import html_to_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (
            "<p>Warm.</p>\n<p>&bull; Two-tone<br />&bull; Hood. <br/>&bull; Machine wash</p>",
            "Warm. Two-tone. Hood. Machine wash.",
        ),
        ("<ul><li>One</li><li>Two</li></ul>", "One. Two."),
        ("<p>- 5 litres</p><p>-5 degrees</p>", "5 litres. -5 degrees."),
        ("A <b>bo</b>ld word", "A bold word"),
        ("Levi&#39;s &reg; 501", "Levi's ® 501"),
        ("<script>if (a < b) alert('x')</script>Shirt", "Shirt"),
        ("<style>p {}</style><div>Shirt<!-- no -->s</div>", "Shirts"),
        ("&lt;p&gt;Escaped &lt;b&gt;twice&lt;/b&gt;&lt;/p&gt;", "Escaped twice"),
        ("3 < 5 & 5 > 3", "3 < 5 & 5 > 3"),
        ("plain  text\n in lines", "plain text in lines"),
        ("</br>", ""),
        ("", ""),
    ],
)
def test_html_becomes_text(written: str, text: str) -> None:
    assert html_to_text(written) == text


@given(st.text(alphabet=st.sampled_from("<>/&;#ab p!-\"'=\n")))
def test_any_markup_gives_a_tidy_line(written: str) -> None:
    text = html_to_text(written)
    assert text == " ".join(text.split())
