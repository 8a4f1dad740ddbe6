"""What a sentence leans on is shown before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_endpoint import ScriptedEndpoint
from small_library import asked, library_of

from app.leaning import leaned_on, leans, reads_before
from app.quoting import Quote
from app.schema import Answer
from app.supporting import Cited
from app.wiring import Parts
from index.articles import Evidence

ARTICLE = """Harbour ground sold

The Gullhaven Rovers came a step closer to leaving their old ground on Tuesday.

The club has signed a binding agreement for nine acres beside the new harbour, two papers said.

A vote on the stadium is due in spring.
"""
QUESTION = "Which club signed a binding agreement for nine acres beside the new harbour?"
BEFORE = "The Gullhaven Rovers came a step closer to leaving their old ground on Tuesday."
SIGNED = "The club has signed a binding agreement for nine acres beside the new harbour, two papers said."


@pytest.mark.parametrize(
    "text",
    [
        "The club has signed it.", "The 36-year-old won.", "But they lost 2-1.", "It’s the second time.",
        "“He lied,” said Ann.", "“It pays,” she said.", "“We won,” he told the paper.", "These came in May.",
        "Both said no.", "That website is new.", "The yellow submarine sank.",
    ],
)  # fmt: skip
def test_what_names_nobody_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nissan will pay.", "The price of oil rose.", "The average price of oil rose.", "The Gullhaven Rovers won.",
        "The film Barbie won.", "The new Nissan plant opened.", "This week, Ann won.", "Italy won.",
        "These days Ann wins.", "“Prices fell,” Ann Ruiz said.", "Theatres closed.", "Thesis work began.",
    ],
)  # fmt: skip
def test_what_names_somebody_or_a_time_does_not(text: str) -> None:
    assert not leans(text)


def quote(passage: str, text: str) -> Quote:
    start = passage.index(text)
    found = Evidence(
        article_id="a", version=1, start=0, end=len(passage), quote=passage, score=0.5, title="t", source=None,
        published_at=None, url=None,
    )  # fmt: skip
    return Quote(found, start, start + len(text), coverage=0.5, similarity=0.5, interaction=0.5, right_kind=True)


@pytest.mark.parametrize(
    "before",
    ["", "It came closer on Tuesday.", "Who will go?", "More news", "and it was cheaper than what had been thought."],
    ids=["nothing", "leans-itself", "asks", "heading", "names-nobody"],
)
def test_what_tells_no_more_is_not_leaned_on(before: str) -> None:
    assert leaned_on(quote(f"{before}\n\n{SIGNED}", SIGNED), QUESTION) is None


def test_the_sentence_before_is_leaned_on() -> None:
    chosen = quote(f"{BEFORE} {SIGNED}", SIGNED)
    before = leaned_on(chosen, QUESTION)
    assert before is not None
    assert before.text == BEFORE
    assert leaned_on(chosen, "Who said that the ground is sold?") is None
    assert reads_before(before, chosen)


def test_a_link_and_what_is_too_long_are_not_shown_before() -> None:
    chosen = quote(f"More: The Rovers move on\n\n{SIGNED}", SIGNED)
    assert not reads_before(Cited(chosen.passage, 0, 24), chosen)
    long = quote(f"{'Rovers ' * 70}won. {SIGNED}", SIGNED)
    assert not reads_before(Cited(long.passage, 0, 7 * 70 + 4), long)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[Parts]:
    assert embedding_files.exists()
    with library_of(tmp_path_factory.mktemp("leaning"), cache_dir, {"harbour.txt": ARTICLE}) as opened:
        yield opened


def answered(parts: Parts, question: str, endpoint: ScriptedEndpoint | None = None) -> Answer:
    given = asked(parts, question, endpoint).answer
    assert given is not None
    return given


def test_quotes_show_what_the_first_leans_on(parts: Parts) -> None:
    assert [one.text for one in answered(parts, QUESTION).sentences][:2] == [BEFORE, SIGNED]


def test_a_written_sentence_comes_after_what_it_leans_on(parts: Parts, endpoint: ScriptedEndpoint) -> None:
    endpoint.reset()
    endpoint.reply = f"[2] {SIGNED}"
    given = answered(parts, QUESTION, endpoint)
    assert [(one.text, one.status) for one in given.sentences][:2] == [(BEFORE, "quoted"), (SIGNED, "quoted")]
    assert [one.citations for one in given.sentences][:2] == [(1,), (2,)]


def test_the_answer_in_words_is_taken_from_what_its_sentence_leans_on(parts: Parts, endpoint: ScriptedEndpoint) -> None:
    endpoint.reset()
    endpoint.short, endpoint.reply = "Gullhaven Rovers", f"[2] {SIGNED}"
    given = answered(parts, QUESTION, endpoint)
    assert given.text.startswith(f"Gullhaven Rovers [1]: {BEFORE} [1]")
    assert given.sentences[0].status == "words"


def test_words_of_the_sentence_itself_need_nothing_before_them(parts: Parts, endpoint: ScriptedEndpoint) -> None:
    endpoint.reset()
    endpoint.short, endpoint.reply = "nine acres", f"[2] {SIGNED}"
    given = answered(parts, "How much land beside the new harbour did the club sign an agreement for?", endpoint)
    assert given.text.startswith("nine acres [1]: ")
    assert BEFORE not in given.text
