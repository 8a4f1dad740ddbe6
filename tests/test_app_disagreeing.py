"""Articles that disagree: each value with its source and its day, an update told from a conflict, no silent choice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from answered_parts import follows_its_events, is_sound

from app.answering import answer
from app.assembling import Assembly
from app.cli.printing import answer_text
from app.config import load_settings
from app.exporting import answer_markdown
from app.quoting import Quote
from app.schema import Answer
from app.stored import answer_from_json
from app.turn import Turn
from app.verifying import verify
from app.wiring import Parts, open_parts
from index.articles import Article, Evidence, Filters, Retrieved

STAKE = "What stake will Renault hold in Nissan after the deal?"
TOLD = "Renault will cut its stake in Nissan to 15% from 43% after the deal, the companies said."
ELSE = "Nissan makes cars in Yokohama and sells them in many countries. Its shares were steady in Tokyo."


@dataclass
class Shelf:
    """A library of articles by their words and days."""

    parts: Parts

    def ask(self, question: str, *texts: tuple[str, int | None], title: str = "Report {}") -> Answer:
        """Answers from these articles alone: (text, day from 1 February 2023 on, None for no date)."""
        for one in list(self.parts.library.articles()):
            self.parts.ingest.remove(one.article_id)
        articles = [
            Article(
                text=f"{text} {ELSE}", title=title.format(number), origin=f"{number}.txt", source=f"Paper {number}",
                published_at=datetime(2023, 1, 31, tzinfo=UTC) + timedelta(days=day) if day else None,
            )
            for number, (text, day) in enumerate(texts, 1)
        ]  # fmt: skip
        list(self.parts.ingest.add(articles))
        turn = Turn(question=question, conversation_id="c", asked_as_of=None, filters=Filters())
        source = lambda: (None, None)  # noqa: E731
        given = follows_its_events(list(answer(turn, retriever=self.parts.retriever, writer_source=source)))
        is_sound(given, lambda article_id, version: self.parts.library.article(article_id, version).text)
        assert given.answered
        return given

    def kept(self, given: Answer) -> dict[str, Any]:
        """The answer as a file keeps it: it comes back as it was, and nothing is wrong with it."""
        record: dict[str, Any] = json.loads(json.dumps(given.to_json()))
        assert answer_from_json(record) == given
        assert self.faults(record) == []
        return record

    def faults(self, record: dict[str, Any]) -> list[tuple[str, int]]:
        """The parts of a kept answer that are wrong, and which of them each."""
        return [(fault.part, fault.number) for fault in verify([record], self.parts.library.article).faults]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[Shelf]:
    assert embedding_files.exists()
    settings = load_settings(library=tmp_path_factory.mktemp("disagreeing"), cache_dir=cache_dir)
    parts = open_parts(settings)
    yield Shelf(parts)
    parts.close()


FALSE = "Renault will cut its stake in Nissan to 28% from 43% after the deal, the companies said."
AGREEING = "After the deal Renault will hold a stake of 15% in Nissan, down from 43%, it was announced."


def test_a_planted_false_article_is_shown_as_a_dissent(shelf: Shelf) -> None:
    given = shelf.ask(STAKE, (TOLD, 6), (AGREEING, 6), (FALSE, 6))
    values = {given.disagreements[0].value, given.disagreements[0].against}
    assert values == {"15%", "28%"}
    (one,) = given.disagreements
    assert one.relation == "conflict"
    cited = {citation.marker: citation for citation in given.citations}
    assert one.value in cited[one.sentence.citations[0]].quote
    assert one.against in cited[given.sentences[0].citations[0]].quote
    assert cited[one.sentence.citations[0]].published_at == "2023-02-06"
    assert cited[one.sentence.citations[0]].source != cited[given.sentences[0].citations[0]].source


def test_articles_that_agree_are_no_dissent(shelf: Shelf) -> None:
    assert shelf.ask(STAKE, (TOLD, 6), (AGREEING, 7), (TOLD.replace("15%", "fifteen percent"), 8)).disagreements == ()


@pytest.mark.parametrize(
    ("question", "one", "other", "values"),
    [
        ("When was the bridge in Avon opened?", "The bridge in Avon was opened in 1867.",
         "The bridge in Avon was opened in 1743.", {"1867", "1743"}),
        ("Who designed the bridge in Avon?", "The bridge in Avon was designed by William Parsons.",
         "The bridge in Avon was designed by Maria Keller.", {"William Parsons", "Maria Keller"}),
        ("Where was Judge Rodriguez born?", "Judge Rodriguez was born in Havana.", "Judge Rodriguez was born in Tokyo.",
         {"Havana", "Tokyo"}),
        ("How many people died in the Avon flood?", "The Avon flood: 50 people died in it.",
         "The Avon flood: 92 people died in it.", {"50", "92"}),
    ],
)  # fmt: skip
def test_both_values_are_named(shelf: Shelf, question: str, one: str, other: str, values: set[str]) -> None:
    (dissent,) = shelf.ask(question, (one, 6), (other, 6)).disagreements
    assert {dissent.value, dissent.against} == values


def test_an_update_is_told_from_a_conflict(shelf: Shelf) -> None:
    early, late = "At least 50 people died in the Avon flood.", "The toll of the Avon flood rose to 92 people who died."
    question = "How many people died in the Avon flood?"
    (changed,) = shelf.ask(question, (early, 3), (late, 9)).disagreements
    assert changed.relation == ("update" if changed.value == "92" else "superseded")
    (undated,) = shelf.ask(question, (early, None), (late, None)).disagreements
    assert undated.relation == "conflict"


def test_a_reason_has_no_value_to_differ_in(shelf: Shelf) -> None:
    one, other = "The bridge fell because of 50 years of rust.", "The bridge fell because of 92 heavy lorries."
    assert shelf.ask("Why did the bridge fall?", (one, 6), (other, 6)).disagreements == ()


@pytest.fixture(scope="module")
def dissenting(shelf: Shelf) -> Callable[[], Answer]:
    return lambda: shelf.ask(STAKE, (TOLD, 6), (AGREEING, 6), (FALSE, 6))


def test_a_disagreement_is_told_kept_exported_and_verified(shelf: Shelf, dissenting: Callable[[], Answer]) -> None:
    given = dissenting()
    (one,) = given.disagreements
    told = "Another article says otherwise"
    assert told in answer_text(given)
    assert told in answer_markdown(given)
    assert answer_markdown(given).count("[^1-2]: ") == 1
    record = shelf.kept(given)
    record["disagreements"][0]["value"] = "99%"
    assert shelf.faults(record) == [("disagreement", 1)]
    assert answer_from_json({name: value for name, value in record.items() if name != "disagreements"}).answered
    assert one.sentence.text in " ".join(answer_text(given).split())


FILM = "The Long Ferry is a film directed by Maria Keller about a crossing."
ALBUM = "William Parsons sang on The Long Ferry, the album's title track, at the festival."
DIRECTED = "Who directed The Long Ferry?"


def test_what_may_be_about_something_else_is_quoted_as_that(shelf: Shelf) -> None:
    given = shelf.ask(DIRECTED, (FILM, 6), (ALBUM, 6))
    (one,) = given.alternatives
    assert given.disagreements == ()
    assert one.text == ALBUM
    (cited,) = [citation for citation in given.citations if citation.marker in one.citations]
    assert (cited.source, cited.quote) == ("Paper 2", ALBUM)
    told = "Other articles, perhaps about something else"
    assert f"{told}:\n{ALBUM} [2]" in answer_text(given).replace("\n", " ").replace(f"{told}: ", f"{told}:\n")
    assert f"*{told}:*\n\n> " in answer_markdown(given)
    record = shelf.kept(given)
    record["alternatives"][0]["text"] = "William Parsons directed The Long Ferry."
    assert shelf.faults(record) == [("alternative", 1)]


def test_a_quote_stands_once_beside_an_answer() -> None:
    def passage(article_id: str, text: str) -> Evidence:
        return Evidence(
            article_id=article_id, version=1, start=0, end=len(text), quote=text, score=0.5, title="Ferries",
            source=None, published_at=None, url=None,
        )  # fmt: skip

    def quoted(one: Evidence) -> Quote:
        return Quote(one, 0, len(one.quote), coverage=1.0, similarity=0.5, interaction=0.5, right_kind=True)

    film, album = passage("a", FILM), passage("b", ALBUM)
    turn = Turn(question=DIRECTED, conversation_id="c", asked_as_of=None, filters=Filters())
    turn.retrieved = Retrieved(
        evidence=(film, album), articles=(), as_of=None, library_articles=2, allowed_articles=2, undated_left_out=0
    )
    assembly = Assembly(turn)
    assembly.add_quote(quoted(film), part=DIRECTED, confidence=0.8)
    for one in (film, album, album):
        assembly.add_alternative(quoted(one))
    assert [one.text for one in assembly.finish().answer.alternatives] == [ALBUM]


@pytest.mark.parametrize(
    "articles",
    [
        ((FILM, 6), (ALBUM, 300)),  # of another time
        ((FILM, 6), (f"{ALBUM} Maria Keller directed the film of that name.", 6)),  # names the director, too
    ],
)
def test_what_is_of_another_time_or_agrees_is_no_alternative(
    shelf: Shelf, articles: tuple[tuple[str, int], ...]
) -> None:
    assert shelf.ask(DIRECTED, *articles).alternatives == ()


WIRE = (
    "Executives of the two carmakers met in Tokyo on Monday to sign what had been prepared for many months. {} "
    "Voting rights of both sides are to be capped at the same level, which Japan's government had asked for. "
    "Analysts called the agreement overdue, as neither side had been able to plan new models under the old one. "
    "Workers in Sunderland and Douai were told by letter that no plant will close because of it before next year."
)
"""What near-copies share: those that carry it are folded into one."""


@pytest.mark.parametrize("days", [(6, 6), (6, 7), (7, 6)], ids=["same day", "false is newer", "false is older"])
def test_a_false_near_copy_of_a_true_article_is_shown_as_a_dissent(shelf: Shelf, days: tuple[int, int]) -> None:
    true, false = ((WIRE.format(text), day) for text, day in zip((TOLD, FALSE), days, strict=True))
    given = shelf.ask(STAKE, true, false, title="Carmakers sign in Tokyo")
    assert {citation.title for citation in given.citations if citation.also_reported_by} == {"Carmakers sign in Tokyo"}
    told = {given.disagreements[0].value, given.disagreements[0].against}
    assert told == {"15%", "28%"}


def test_a_near_copy_that_tells_the_same_is_no_dissent_and_not_counted(shelf: Shelf) -> None:
    copy = WIRE.format(TOLD).replace("Executives of the two carmakers", "TOKYO - Managers of both carmakers")
    given = shelf.ask(STAKE, (WIRE.format(TOLD), 6), (copy, 7), title="Carmakers sign in Tokyo")
    assert given.disagreements == ()
    assert given.sentences[0].independent_articles == 1


def test_so_many_people_are_no_year_and_no_density(shelf: Shelf) -> None:
    question = "What is the population of Avon?"
    given = shelf.ask(
        question,
        ("The population of Avon was 2,097 at the 2010 census.", 6),
        ("Avon lies in the hills. The population was 2,051 in 2010, a density of 39.1 people per square mile.", 6),
    )
    (one,) = given.disagreements
    assert {one.value, one.against} == {"2,097", "2,051"}


def test_every_value_is_told(shelf: Shelf) -> None:
    others = ("Renault will hold a stake of 35% in Nissan after the deal, it was announced.",
              "After the deal, Renault's stake in Nissan will be 22%, a minister told reporters.")  # fmt: skip
    given = shelf.ask(STAKE, (TOLD, 6), (FALSE, 6), *((other, 6) for other in others))
    told = {one.value for one in given.disagreements} | {one.against for one in given.disagreements}
    assert told == {"15%", "28%", "35%", "22%"}


CONTEST = "Which country won the song contest?"
NORWAY = "Norway has won the song contest with a folk song."
ICELAND = "Iceland has won the song contest, surfing a wave of goodwill."


@pytest.mark.parametrize(
    ("question", "one", "other", "day", "dissent"),
    [
        (CONTEST, NORWAY, ICELAND, 7, True),
        (CONTEST, NORWAY, ICELAND, 300, False),  # another year's
        (STAKE, TOLD, FALSE, 300, True),  # too much alike to be about something else
    ],
)
def test_what_is_published_much_later_has_to_be_surer(
    shelf: Shelf, question: str, one: str, other: str, day: int, dissent: bool
) -> None:
    assert bool(shelf.ask(question, (one, 6), (other, day)).disagreements) is dissent
