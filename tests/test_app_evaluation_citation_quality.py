"""Citation recall and precision after ALCE, case by case."""

import pytest
from scripted_evaluation_desk import ScriptedDesk, answer, citation

from app.evaluation.golden.reading import Golden
from app.evaluation.metrics.citation_quality import CitationQuality, citation_quality
from app.evaluation.metrics.summary import summarise
from app.evaluation.runs.running import ask_all
from app.schema import Sentence

STAKE = "Renault will hold 15% of Nissan."
BEFORE = "It held 43% before."
PLAN = "Nissan has no plan to help Ampere."


def quality(text: str, *quotes: str, markers: tuple[int, ...] | None = None) -> CitationQuality:
    used = tuple(range(1, len(quotes) + 1)) if markers is None else markers
    return citation_quality(
        answer(
            text=text,
            sentences=[Sentence(text=text, status="supported", citations=used)],
            citations=[citation(at, quote) for at, quote in enumerate(quotes, start=1)],
        )
    )


@pytest.mark.parametrize(
    ("text", "quotes", "expected"),
    [
        (STAKE, [STAKE], CitationQuality(1, 1, 1)),
        (STAKE, [STAKE, PLAN], CitationQuality(1, 2, 1)),  # the second is not needed
        (STAKE, [STAKE, STAKE], CitationQuality(1, 2, 2)),  # either supports alone
        (STAKE, [PLAN], CitationQuality(0, 1, 0)),
        ("Renault will hold 43% of Nissan.", [STAKE], CitationQuality(0, 1, 0)),  # says "supported" of itself
        (STAKE, [], CitationQuality(0, 0, 0)),
    ],
)
def test_a_citation_counts_when_it_supports_or_is_needed(
    text: str, quotes: list[str], expected: CitationQuality
) -> None:
    assert quality(text, *quotes) == expected


def test_two_citations_that_support_only_together_both_count() -> None:
    together = "Renault will hold 15% of Nissan, and it held 43% before."
    assert quality(together, STAKE, BEFORE) == CitationQuality(1, 2, 2)
    assert quality(together, STAKE) == CitationQuality(0, 1, 0)


def test_a_marker_that_leads_nowhere_is_a_use_that_never_counts() -> None:
    assert quality(STAKE, STAKE, markers=(1, 9)) == CitationQuality(1, 2, 1)


def test_an_abstention_has_none() -> None:
    assert citation_quality(answer(text=STAKE, answered=False)) == CitationQuality()


def test_the_figures_are_over_sentences_and_uses() -> None:
    shown = answer(
        text="x",
        sentences=[
            Sentence(text=STAKE, status="quoted", citations=(1, 2)),
            Sentence(text="Nissan fell by 20%.", status="supported", citations=(2,)),
        ],
        citations=[citation(1, STAKE), citation(2, PLAN)],
    )
    question = Golden(id="q", question="Q?", kind="k", answerable=True, accept=(("15%",),), gold=("one.txt",))
    figures = summarise(list(ask_all(ScriptedDesk({"Q?": shown}), [question], mode="writer")))
    assert (figures.citation_recall, figures.citation_precision) == (1 / 2, 1 / 3)
