"""The look through a page finds each barrier it is there for."""

from __future__ import annotations

import pytest

from tests.browser.structure import barriers

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sheet</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>.hot {{ color: #005f9e }}</style></head>'
    "<body><main><h1>Sheet</h1>{}</main></body></html>"
)
BARRIERS = {
    "<h3>Course</h3>": "a heading is left out: [1, 3]",
    "<h1>Another</h1>": "headings do not begin with the one h1: [1, 1]",
    "<h2></h2>": "an empty h2",
    "</main><p>loose words</p><main>": "2 main",
    '<p id="a">x</p><p id="a">y</p>': "the id a 2 times",
    '<p aria-labelledby="b">x</p>': "p aria-labelledby=b, which is not there",
    '<a href="#c">on</a>': "a link to #c, which is not there",
    '<table><caption>t</caption><tr><th scope="col">a</th></tr></table>': "",
    '<table><tr><th scope="col">a</th></tr></table>': "a table without a caption: 'a'",
    "<table><caption>t</caption><tr><td>a</td></tr></table>": "a table without headers: 't a'",
    "<table><caption>t</caption><tr><th>a</th></tr></table>": "a header of nothing: 'a'",
    '<table><caption>t</caption><tr><th scope="col"></th></tr></table>': "an empty header",
    "<img src='x.png'>": "a picture without a text",
    "<svg role='img'><path d='M0 0'/></svg>": "a drawing without a text",
    "<svg aria-hidden='true'><path d='M0 0'/></svg>": "",
    "<iframe src='x'></iframe>": "a frame without a title",
    "<button></button>": "a button without a name",
    "<input id='d'>": "a input without a label",
    "<label for='d'>Name</label><input id='d'>": "",
    "<p aria-hidden='true'><a href='x'>y</a></p>": "a hidden a that the keyboard reaches",
    "<p tabindex='2'>x</p>": "an order of its own for the keyboard",
    "<p onclick='go()'>x</p>": "a p that only a mouse can use",
    "<span class='hot'>7</span>": "told by colour alone: '7'",
    "<b class='hot'>7</b>": "",
}


@pytest.mark.parametrize("piece", BARRIERS, ids=range(len(BARRIERS)))
def test_each_barrier_is_found(piece: str) -> None:
    found = barriers(PAGE.format(piece))
    assert found[:1] == ([BARRIERS[piece]] if BARRIERS[piece] else [])


def test_a_page_without_language_title_or_landmarks_is_named() -> None:
    assert barriers(PAGE.format("").replace(' lang="en"', "")) == ["no language"]
    assert barriers(PAGE.format("").replace('lang="en"', 'lang="ar"')) == ["ar in the wrong direction"]
    assert barriers(PAGE.format("").replace("Sheet</title>", "</title>")) == ["no title"]
    assert barriers(PAGE.format("").replace("initial-scale=1", "user-scalable=no")) != []
    assert "0 main" in barriers(PAGE.format("x").replace("main>", "div>"))
