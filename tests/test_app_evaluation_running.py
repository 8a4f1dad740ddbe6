"""Questions through a Desk, and what is counted of its answers."""

from dataclasses import replace
from datetime import date

import pytest
from scripted_evaluation_desk import TEXT, ScriptedDesk, ScriptedError, answer, citation, evidence, summary

from app.errors import GoldenFileError
from app.evaluation.golden.locating import gold_articles
from app.evaluation.golden.reading import Golden
from app.evaluation.metrics.verifying import Verified, verify
from app.evaluation.runs.running import ask_all, golden_hash, pick
from app.schema import Sentence

QUESTION = Golden(id="q", question="What stake?", kind="direct", answerable=True, accept=(("15%",),), gold=("one.txt",))
UNANSWERABLE = Golden(id="u", question="Who pays?", kind="near", answerable=False)
QUOTE = "Renault will hold 15% of Nissan."


def supported(text: str, *markers: int) -> Sentence:
    return Sentence(text=text, status="supported", citations=markers)


def test_a_right_answer_is_told_whole() -> None:
    scripted = answer(text="It is 15% [1].", sentences=[supported("It is 15%.", 1)], citations=[citation(1, QUOTE)])
    desk = ScriptedDesk({"What stake?": scripted}, {"What stake?": ["two", "two", "one"]})
    (outcome,) = ask_all(desk, [QUESTION], mode="writer")
    assert (outcome.right, outcome.score, outcome.answered, outcome.error) == (True, 1, True, None)
    assert (outcome.gold, outcome.ranked, outcome.rank) == (("one",), ("two", "one"), 2)
    assert (outcome.sentences, outcome.sentences_supported, outcome.citations, outcome.citations_resolved) == (
        1,
        1,
        1,
        1,
    )
    assert (outcome.total_seconds, outcome.first_word_seconds, outcome.tokens_read, outcome.writer) == (
        2,
        1,
        100,
        "scripted",
    )


def test_the_answers_own_confidence_is_kept() -> None:
    answers = {
        "What stake?": answer(text="15%", confidence=0.8),
        "Who pays?": answer(answered=False, confidence=0.3),
    }
    sure, silent = ask_all(ScriptedDesk(answers), [QUESTION, UNANSWERABLE], mode="writer")
    assert (sure.confidence, silent.confidence) == (0.8, 0.3)
    (searched,) = ask_all(ScriptedDesk(), [QUESTION], mode="retrieval")
    assert searched.confidence is None


def test_passages_that_overlap_a_gold_quote_are_ranked() -> None:
    quotes = ("will hold  15%\nof Nissan.", "It held 43% before.", "Nissan has no plan", "It is not there any more.")
    question = replace(QUESTION, passages=tuple(("one.txt", quote) for quote in quotes))
    before = TEXT.index("It held 43%")
    passages = [
        evidence("two", 0, len(TEXT)),  # the same words in another article
        evidence("one", before + 3, before + 9),
        evidence("one", 0, before),
        evidence("one", 0, before + 4),
    ]
    desk = ScriptedDesk(found={"What stake?": passages})
    (outcome,) = ask_all(desk, [question], mode="retrieval")
    assert outcome.passage_ranks == (3, 2, None, None)


def test_passages_of_questions_that_fail_or_name_lost_articles_are_not_found() -> None:
    quoted = replace(QUESTION, passages=(("one.txt", QUOTE),))
    lost = replace(quoted, id="l", question="Who?", gold=("gone.txt",), passages=(("gone.txt", QUOTE),))
    desk = ScriptedDesk(
        {"What stake?": ScriptedError("the index is gone"), "Who?": answer()},
        found={"Who?": [evidence("one", 0, 9)]},
    )
    failed, gone = ask_all(desk, [quoted, lost], mode="writer")
    assert (failed.passage_ranks, gone.passage_ranks) == ((None,), (None,))
    (without,) = ask_all(desk, [replace(QUESTION, question="Who?")], mode="retrieval")
    assert without.passage_ranks == ()


def test_a_reply_that_states_the_answer_but_abstains_is_no_right_answer() -> None:
    desk = ScriptedDesk({"What stake?": answer(text="Not stated, 15% is near.", answered=False)})
    (outcome,) = ask_all(desk, [QUESTION], mode="writer")
    assert (outcome.right, outcome.score, outcome.reason, outcome.sentences) == (False, 0, "not_stated", 0)


def test_day_history_and_mode_reach_the_desk() -> None:
    question = replace(QUESTION, as_of=date(2023, 2, 1), history=(("Before?", "43%."),))
    scripted = answer(text="15%", standalone_question="What stake does Renault hold?")
    desk = ScriptedDesk({"What stake?": scripted}, {"What stake does Renault hold?": ["one"]})
    (outcome,) = ask_all(desk, [question], mode="quotes")
    assert desk.asked == [("What stake?", date(2023, 2, 1), True, (("Before?", "43%."),))]
    assert desk.searched == [("What stake does Renault hold?", 10, date(2023, 2, 1))]
    assert (outcome.rank, outcome.as_of, outcome.mode) == (1, "2023-02-01", "quotes")


def test_retrieval_alone_asks_nothing() -> None:
    desk = ScriptedDesk(ranks={"What stake?": ["one"]})
    outcome, other = ask_all(desk, [QUESTION, UNANSWERABLE], mode="retrieval")
    assert desk.asked == []
    assert (outcome.rank, outcome.score, outcome.answered, other.rank, other.score) == (1, None, None, None, None)


def test_a_question_that_fails_counts_as_wrong_and_the_next_is_asked() -> None:
    desk = ScriptedDesk({"What stake?": ScriptedError("the index is gone"), "Who pays?": answer(answered=False)})
    first, second = ask_all(desk, [QUESTION, UNANSWERABLE], mode="writer")
    assert (first.score, first.answered, first.error) == (-1, None, "ScriptedError: the index is gone")
    assert (second.score, second.error) == (1, None)


def test_a_fault_of_the_program_is_not_hidden() -> None:
    desk = ScriptedDesk({"What stake?": ZeroDivisionError()})
    with pytest.raises(ZeroDivisionError):
        list(ask_all(desk, [QUESTION], mode="writer"))


@pytest.mark.parametrize("name", ["one", "one.txt", "/news/one.txt", "The title", "http://news.example/1"])
def test_gold_may_be_named_in_several_ways(name: str) -> None:
    library = [summary("one", "/news/one.txt", "The title", "http://news.example/1"), summary("two", "/news/two.txt")]
    assert gold_articles([replace(QUESTION, gold=(name,))], library) == {name: ("one",)}


def test_gold_may_be_a_record_of_a_file() -> None:
    question = replace(QUESTION, gold=("3", "gone"))
    assert gold_articles([question], ScriptedDesk().library) == {"3": ("three",), "gone": ()}
    (outcome,) = ask_all(ScriptedDesk(ranks={"What stake?": ["three"]}), [question], mode="retrieval")
    assert (outcome.gold, outcome.rank, outcome.gold_known) == (("three",), 1, True)


def test_a_title_that_two_articles_share_takes_either() -> None:
    library = [summary("one", "/a.txt", "Same"), summary("two", "/b.txt", "Same")]
    assert gold_articles([replace(QUESTION, gold=("Same",))], library) == {"Same": ("one", "two")}


def test_a_library_without_any_of_the_articles_is_refused() -> None:
    desk = ScriptedDesk()
    with pytest.raises(GoldenFileError, match=r"add them first with 'onrecord add'"):
        list(ask_all(desk, [replace(QUESTION, gold=("nowhere.txt",))], mode="writer"))
    assert desk.asked == []


def test_a_sample_is_the_same_every_time_and_keeps_the_order() -> None:
    questions = [replace(QUESTION, id=str(number)) for number in range(50)]
    sample = pick(questions, sample=20, seed=3)
    assert sample == pick(questions, sample=20, seed=3)
    assert sample != pick(questions, sample=20, seed=4)
    assert [int(one.id) for one in sample] == sorted(int(one.id) for one in sample)
    assert pick(questions, sample=20, limit=5, seed=3) == sample[:5]
    assert pick(questions, sample=99) == tuple(questions)


def test_a_changed_question_has_another_hash() -> None:
    assert golden_hash(QUESTION) == golden_hash(replace(QUESTION))
    assert golden_hash(QUESTION) != golden_hash(replace(QUESTION, accept=(("43%",),)))
    assert golden_hash(QUESTION) == golden_hash(replace(QUESTION, as_of=date(2023, 2, 1)))


@pytest.mark.parametrize(
    ("sentence", "cited", "counts"),
    [
        (supported("It is 15%.", 1), [citation(1, QUOTE)], (1, 1, 1, 1)),
        (supported("It is 15%."), [citation(1, QUOTE)], (1, 0, 1, 1)),  # cites nothing
        (supported("It is 15%.", 1, 2), [citation(1, QUOTE)], (1, 0, 2, 1)),  # [2] leads nowhere
        (supported("It is 15%.", 1), [citation(1, QUOTE, start=1)], (1, 0, 1, 0)),  # another span
        (supported("It is 15%.", 1), [citation(1, QUOTE, start=len(TEXT))], (1, 0, 1, 0)),  # past the end
        (supported("It is 15%.", 1), [citation(1, "", start=0)], (1, 0, 1, 0)),  # nothing
        (supported("It is 15%.", 1), [citation(1, QUOTE, article_id="gone")], (1, 0, 1, 0)),
        (supported("It is 15%.", 1), [citation(1, QUOTE), citation(1, "It held 43% before.")], (1, 0, 2, 0)),
        (Sentence(text=f"“{QUOTE}”", status="quoted", citations=(1,)), [citation(1, QUOTE)], (1, 1, 1, 1)),
        (Sentence(text="It is 15%.", status="quoted", citations=(1,)), [citation(1, QUOTE)], (1, 0, 1, 1)),
    ],
)
def test_what_holds_is_counted(sentence: Sentence, cited: list[object], counts: tuple[int, int, int, int]) -> None:
    shown = answer(text=sentence.text, sentences=[sentence], citations=cited)  # type: ignore[arg-type]
    verified = verify(shown, ScriptedDesk().article)
    assert verified == Verified(
        sentences=counts[0], sentences_supported=counts[1], citations=counts[2], citations_resolved=counts[3]
    )
