"""Which passages support a drafted sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.supporting import Cited, find_support, independent_articles
from index.articles import Copy, Evidence


def passage(quote: str, article_id: str = "a1", **changed: Any) -> Evidence:
    values: dict[str, Any] = {
        "article_id": article_id, "version": 1, "start": 0, "end": len(quote), "quote": quote, "score": 0.5,
        "title": "News", "source": None, "published_at": None, "url": None,
    }  # fmt: skip
    return Evidence(**{**values, **changed})


SALE = passage("Renault sold its shares in Nissan. The weather in Paris was fine.")
REFUSAL = passage("The government of Japan refused to comment on anything at all.", "a2")


def test_named_passage_that_supports_the_sentence_is_cited_exactly() -> None:
    found = find_support("Renault sold its shares in Nissan.", [SALE], [SALE, REFUSAL])
    assert found is not None
    (cited,) = found.citations
    assert SALE.quote[cited.start : cited.end] == "Renault sold its shares in Nissan."
    assert found.problems == ()


def test_sentence_that_names_the_wrong_passage_is_tied_to_the_right_one() -> None:
    for named in ([REFUSAL], []):
        found = find_support("Renault sold its shares in Nissan.", named, [REFUSAL, SALE])
        assert found is not None
        assert [cited.passage for cited in found.citations] == [SALE]
        assert found.problems == ()


def test_two_named_passages_may_support_a_sentence_between_them() -> None:
    stake = passage("Renault held 43% of Nissan before the deal.")
    partner = passage("Mitsubishi joined the alliance in 2016.", "a2")
    sentence = "Renault held 43% of Nissan before the deal, and Mitsubishi joined the alliance in 2016."
    found = find_support(sentence, [stake, partner], [stake, partner])
    assert found is not None
    assert found.problems == ()
    assert [cited.passage for cited in found.citations] == [stake, partner]
    alone = find_support(sentence, [stake], [stake, partner])
    assert alone is not None
    assert alone.problems


def test_closest_passage_tells_what_is_wrong_when_none_supports() -> None:
    found = find_support("Renault sold its shares in Toyota.", [REFUSAL], [REFUSAL, SALE])
    assert found is not None
    assert found.citations[0].passage == SALE
    assert "name toyota" in found.problems


def test_heading_helps_with_names_and_dates() -> None:
    company = passage(
        "The company sold its large stake in the alliance.",
        title="Renault sells",
        published_at=datetime(2023, 5, 2, tzinfo=UTC),
    )
    found = find_support("Renault sold its large stake in the alliance.", [company], [company])
    assert found is not None
    assert found.problems == ()


def test_without_passages_there_is_no_support() -> None:
    assert find_support("Renault sold its shares.", [], []) is None


def test_independent_articles_count_near_copies_once() -> None:
    said = "Renault sold its shares in Nissan."
    copy = Copy(article_id="a3", version=1, title="News", source="Wire", published_at=None, url=None)
    first = passage(SALE.quote, also_reported_by=(copy,))
    again, of_copy = passage(said, start=200, end=200 + len(said)), passage(said, "a3")
    own = passage("On Monday Renault sold its shares in Nissan, a filing shows.", "a4")
    cited = [Cited(first, 0, len(said))]
    assert independent_articles(said, cited, [first, again, of_copy, REFUSAL]) == 1
    assert independent_articles(said, cited, [first, own, of_copy, REFUSAL]) == 2
    assert independent_articles("Nothing says this of Honda.", cited, [first, own]) == 1
