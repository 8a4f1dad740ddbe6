"""RSS and Atom: the pages a feed names are its articles; the feed itself is somebody else's text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import test_index_loading_addresses as addresses
from test_index_loading_addresses import HTML, PAGE, SENTENCE, Server, at, server

from index.articles import Added, Article
from index.errors import UnreadableError
from index.loading import load
from index.loading.feeds import MOST_ENTRIES, is_feed, read_feed
from index.loading.inputs import Input

__all__ = ["server"]
GIVEN = Input(origin="feed", name="feed", url="https://news.example/feeds/all.xml")
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>
<item><link>https://news.example/a</link><pubDate>Mon, 06 Feb 2023 10:00:00 GMT</pubDate></item>
<item><link> ../b </link></item><item><guid>https://news.example/c</guid></item>
<item><guid isPermaLink="false">no-address</guid></item><item><link>javascript:alert(1)</link></item>
<item><link>file:///etc/hosts</link></item><item><link>http://[::1</link></item><item><link>https://news.example/a</link></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://news.example/"/><entry>
<link rel="edit" href="https://news.example/edit"/><link href="/d"/><updated>2023-02-07T00:00:00Z</updated>
<published>2023-02-05</published></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><item><link>https://news.example/e</link><dc:date>2023-02-05</dc:date></item>
</rdf:RDF>"""
SECRET = "file:///etc/hostname"
ENTITIES = (
    f'<!DOCTYPE rss [<!ENTITY own "https://news.example/x"><!ENTITY file SYSTEM "{SECRET}">]><rss><channel>'
    "<item><link>https://news.example/&file;</link></item><item><link>https://news.example/f</link></item></channel></rss>"
).encode()


def test_an_rss_feed_names_its_pages_each_once_and_by_http_alone() -> None:
    found = read_feed(RSS, GIVEN)
    assert [one.address for one in found] == [f"https://news.example/{name}" for name in "abc"]
    assert [one.published_at for one in found] == [datetime(2023, 2, 6, 10, tzinfo=UTC), None, None]


@pytest.mark.parametrize(("feed", "name"), [(ATOM, "d"), (RDF, "e")])
def test_atom_and_rss_1_are_read_too(feed: bytes, name: str) -> None:
    (entry,) = read_feed(feed, GIVEN)
    assert (entry.address, entry.published_at) == (f"https://news.example/{name}", datetime(2023, 2, 5, tzinfo=UTC))


def test_entities_bring_nothing_in() -> None:
    with open(SECRET.removeprefix("file://"), encoding="utf-8") as file:  # noqa: PTH123
        secret = file.read().strip()
    found = read_feed(ENTITIES, GIVEN)
    assert "https://news.example/f" in {one.address for one in found}
    assert all(secret not in one.address for one in found)


def test_a_bomb_of_entities_stays_small() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY a0 "x">{levels}]><rss><item><link>https://a.example/&a11;</link></item></rss>'
    try:
        found = read_feed(bomb.encode(), GIVEN)
    except UnreadableError:
        found = []
    assert all(len(one.address) < 1000 for one in found)


@pytest.mark.parametrize("data", [b"", b"<rss", b"no XML", b"<rss><channel><item/></channel></rss>"])
def test_a_feed_without_pages_says_so(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="names no page"):
        read_feed(data, GIVEN)


def test_a_feed_is_told_from_a_page() -> None:
    assert is_feed("application/rss+xml", b"")
    assert is_feed("text/xml", RSS)
    assert is_feed("", ATOM)
    assert not is_feed("text/html", PAGE)
    assert not is_feed("text/html", b"<html><p>Write &lt;rss&gt; or <rss> here")
    assert not is_feed("application/xml", b"<sitemap></sitemap>")


def test_an_endless_feed_is_read_from_its_beginning() -> None:
    items = "".join(f"<item><link>https://news.example/{n}</link></item>" for n in range(MOST_ENTRIES + 5))
    found = read_feed(f"<rss>{items}</rss>".encode(), GIVEN)
    assert len(found) == MOST_ENTRIES
    assert found[0].address.endswith("/0")


@pytest.fixture
def feed(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    items = (
        "<item><link>/article</link><pubDate>Mon, 06 Feb 2023 00:00:00 GMT</pubDate></item>"
        f"<item><link>/gone</link></item><item><link>http://localhost:{server.port}/article</link></item>"
    )
    answer = (200, {"Content-Type": "application/rss+xml"}, f"<rss><channel>{items}</channel></rss>".encode())
    monkeypatch.setitem(addresses.ANSWERS, "/feed", answer)
    monkeypatch.setitem(addresses.ANSWERS, "/nested", (200, HTML, b"<rss><item><link>/feed</link></item></rss>"))
    return at(server, "/feed")


def test_a_feed_gives_the_articles_of_its_pages_and_what_fails_stops_nothing(feed: str) -> None:
    article, gone, elsewhere = load(feed)
    assert isinstance(article, Article)
    assert (article.text, article.url) == (SENTENCE, feed.replace("/feed", "/article"))
    assert article.published_at == datetime(2023, 2, 6, tzinfo=UTC)
    assert isinstance(gone, Added)
    assert "404" in str(gone.error)
    assert isinstance(elsewhere, Added), "a feed must not lead to another private host"
    assert "private address" in str(elsewhere.error)


def test_a_feed_within_a_feed_is_not_followed(server: Server, feed: str) -> None:
    (nested,) = load(at(server, "/nested"))
    assert isinstance(nested, Added)
    assert nested.status == "failed"
    assert [path for path, _ in server.asked] == ["/nested", "/feed"]
