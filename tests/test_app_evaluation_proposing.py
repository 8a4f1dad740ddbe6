"""`onrecord golden new`: what is proposed from articles, what is held back, and what a person makes of it."""

import doctest
import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.cli import main
from app.evaluation.golden.matching import meets
from app.evaluation.golden.reading import read_golden
from app.evaluation.proposing import corpus as corpus_module
from app.evaluation.proposing import names as names_module
from app.evaluation.proposing import proposal as proposal_module
from app.evaluation.proposing import screening
from app.evaluation.proposing.choosing import Candidate, choose
from app.evaluation.proposing.corpus import Corpus
from app.evaluation.proposing.lines import append_lines, line_of
from app.evaluation.proposing.names import Names
from app.evaluation.proposing.reviewing import review
from app.evaluation.proposing.rules import Told, proposals
from app.evaluation.proposing.twins import KIND
from index.errors import StorageError
from index.words import content_stems

ROOT = Path(__file__).resolve().parent.parent
SEEDS = tuple(
    Told(name=file.name, title=file.name, text=file.read_text(encoding="utf-8"), published=None)
    for file in sorted((ROOT / "seeds").iterdir())
)
PUBLISHED = date(2023, 2, 10)  # a Friday


def told(text: str, published: date | None = None) -> Told:
    return Told(name="a.txt", title="A title", text=text, published=published)


def asked(text: str, published: date | None = None) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Every question of a text that is usable, and what it accepts."""
    corpus = Corpus([text])
    found = proposals(told(text, published), corpus)
    return {one.question: one.accept for one in found if screening.is_usable(one, corpus)}


@pytest.mark.parametrize("module", [screening, proposal_module, names_module, corpus_module])
def test_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("Nissan has launched a large restructuring effort.", "What has Nissan launched?", "restructuring effort"),
        (
            "Renault, meanwhile, has been investing heavily in electric vehicles, with care.",
            "What has Renault been investing heavily in?",
            "electric vehicles",
        ),
        (
            "Nissan will also invest in Renault’s new Ampere business.",
            "Whose new Ampere business will Nissan invest in?",
            "Renault",
        ),
        (
            "Boeing is investing $450 million in Wisk Aero, a company building aircraft.",
            "How much is Boeing investing in Wisk Aero?",
            "$450 million",
        ),
        ("Kosovo sent eight athletes to Rio.", "How many athletes did Kosovo send to Rio?", "eight"),
        (
            "OneLove was founded in the Netherlands in 2020 to stress what unites.",
            "In what year was OneLove founded in the Netherlands?",
            "2020",
        ),
        (
            "According to seven sources familiar with it, Nissan is developing growth plans in software.",
            "According to how many sources is Nissan developing growth plans in software?",
            "seven",
        ),
        ("“So it is,” Airbnb CEO Brian Chesky told us.", "Who is the CEO of Airbnb?", "Chesky"),
        ("It helps, said Tim Turnham, executive director of the Melanoma Fund.",
         "Who is the executive director of the Melanoma Fund?", "Tim Turnham"),
        ("Poll respondent Dennis Canarsky, 73, said no.", "How old is Dennis Canarsky?", "73"),
        ("It was the killing of Connie Ridgeway, 58, they said.", "How old was Connie Ridgeway?", "58"),
        (
            "It fell on former Acme CEO Jo Loss, who was arrested in Japan in 2018 on fraud charges.",
            "On what charges was Jo Loss arrested in Japan in 2018?",
            "fraud",
        ),
        (
            "The deal will see Renault cut its stake in Nissan to 15% from 43%, matching the other.",
            "From what level will Renault cut its stake in Nissan to 15%?",
            "43%",
        ),
        (
            "The total death toll rose from 151 to 210 in July.",
            "From what level did the total death toll rise to 210?",
            "151",
        ),
        (
            "Although Nissan sees savings, it has no plan to help Ampere.",
            "Does Nissan have any plan to help Ampere?",
            "Nissan has no plan",
        ),
        ("Georgia defeated TCU 65-7 in January.", "Who won when Georgia played TCU?", "Georgia defeated TCU"),
    ],
)  # fmt: skip
def test_a_sentence_is_turned_into_a_question_that_it_answers(sentence: str, question: str, answer: str) -> None:
    found = asked(sentence)
    assert meets(answer, found[question])
    assert all(meets(sentence, accept) for accept in found.values())


def test_a_day_of_the_week_is_asked_for_only_where_the_article_is_dated() -> None:
    sentence = "Hilary brought intense rainfall to Southern California on Sunday."
    assert asked(sentence) == {}
    assert asked(sentence, PUBLISHED) == {
        "On what day did Hilary bring intense rainfall to Southern California?": (
            ("Sunday", "February 5", "5 February", "2023-02-05"),
        )
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "He has launched a restructuring effort.",  # who?
        "We've launched a restructuring effort.",
        "When Adams launched a restructuring effort, it rained.",
        "Diouf produced a spectacular performance.",  # in which game?
        "Devan Dubnyk made 27 saves.",
        "In his first 100 days, Biden signed 60 executive actions.",  # the number holds for those days
        "Nissan has launched something.",
        "Nissan has launched a bill supported by many.",  # the object goes on
        "Has Nissan launched a restructuring effort?",
        "Nissan has launched a restructuring effort",  # a headline
        "Mr. Lee, 40, waited.",
        "The rate rose from 2021 to 2022.",  # years
        "Pelé led Brazil to titles in 1958, 1962 and 1970.",  # one of three
    ],
)
def test_what_cannot_be_asked_well_is_not_asked(sentence: str) -> None:
    assert asked(sentence) == {}


def test_a_question_that_two_sentences_answer_differently_is_not_asked() -> None:
    effort = "Nissan has launched a large restructuring effort."
    assert "What has Nissan launched?" in asked(f"{effort} Nissan launched its restructuring effort early.")
    assert asked(f"{effort} Nissan launched a small car.") == {}


def test_an_open_question_is_not_asked_of_a_name_that_is_often_in_the_news() -> None:
    effort = "Nissan has launched a large restructuring effort."
    assert "What has Nissan launched?" in asked(f"{effort} {'Nissan went on. ' * 24}")
    assert asked(f"{effort} {'Nissan went on. ' * 25}") == {}


def test_a_name_that_is_a_word_at_the_beginning_of_a_sentence_is_no_name() -> None:
    assert asked("Shoppers have launched a large protest movement. So did other shoppers.") == {}


def test_a_person_is_called_by_the_full_name() -> None:
    found = asked("Gov. Kari Lake spoke. Lake was elected to Parliament in 2015.")
    assert list(found) == ["In what year was Kari Lake elected to Parliament?"]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Nissan Motor Co. grew. Nissan fell.", "Nissan", "company"),
        ("It is Ikea, a furniture retailer.", "Ikea", "company"),
        ("Carlos Ghosn, who was there, left. Ghosn ran.", "Ghosn", "person"),
        ("Made in Japan.", "Japan", "country"),
        ("Made in Ohio.", "Ohio", "state"),
        ("The Golden Knights, who won, left.", "Golden Knights", None),
        ("Ampere.", "Ampere", None),
    ],
)
def test_a_name_is_what_the_words_around_it_make_it(text: str, name: str, kind: str | None) -> None:
    assert Names(text).kind_of(name) == kind


def test_a_team_has_its_article_and_a_firm_has_none() -> None:
    corpus = Corpus(["They beat the Bills, and Airbnb, too. Bills coach Sean McDermott left."])
    assert [corpus.with_article(name) for name in ("Bills", "Airbnb", "FAA", "Bengals")] == [
        "the Bills", "Airbnb", None, None,
    ]  # fmt: skip


def test_the_seeds_give_twenty_questions_of_which_some_have_no_answer() -> None:
    chosen = choose(SEEDS, count=20)
    assert len(chosen) == len({one.proposal.question for one in chosen}) == 20
    twins = [one for one in chosen if one.twin_of]
    assert len(twins) == 5
    assert {one.proposal.kind for one in chosen} == {"fact", "number", "date", "comparison", "negative", KIND}
    library = " ".join(article.text for article in SEEDS)
    for one in chosen:
        assert (one in twins) == (one.proposal.accept == ())
        if one in twins:
            assert one.proposal.about is not None
            assert one.proposal.about not in library
            assert one.proposal.about in one.proposal.question
        else:
            assert one.proposal.quote in one.article.text
            assert meets(one.proposal.quote, one.proposal.accept)
            assert not set(content_stems(one.proposal.question)) - set(content_stems(library)) - ASKING


ASKING = set(content_stems("level year did does any charges old"))


def test_the_same_seed_gives_the_same_and_what_is_known_is_left_out() -> None:
    first = choose(SEEDS, count=6)
    assert choose(SEEDS, count=6) == first
    known = [one.proposal.question for one in first]
    assert not {one.proposal.question for one in choose(SEEDS, count=20, known=known)} & set(known)
    assert choose([told("Nothing.")], count=20) == []


def test_every_article_has_its_turn() -> None:
    texts = [f"Acme{letter} has launched a large restructuring effort." for letter in "abc"]
    articles = [Told(name=f"{at}.txt", title="", text=text, published=None) for at, text in enumerate(texts)]
    assert {one.article.name for one in choose(articles, count=3)} == {"0.txt", "1.txt", "2.txt"}


def test_a_line_is_read_as_a_golden_question(tmp_path: Path) -> None:
    path = tmp_path / "new" / "golden.jsonl"
    chosen = choose([told("Kosovo sent eight athletes to Rio. The Kosovo team won.", PUBLISHED)], count=4)
    append_lines(path, [line_of(one) for one in chosen])
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    append_lines(path, [line_of(Candidate(proposal=chosen[0].proposal, article=chosen[0].article)) | {"id": "again"}])
    first, *_, last = read_golden(path, as_of_field="date")
    assert re.fullmatch(r"new-number-[0-9a-f]{8}", first.id)
    assert (first.kind, first.as_of, first.accept) == ("number", PUBLISHED, (("eight",),))
    assert first.passages == (("a.txt", "Kosovo sent eight athletes to Rio."),)
    assert last.id == "again"


def typed(*lines: str) -> Iterator[str]:
    yield from lines


def decided(*lines: str) -> tuple[list[Candidate], str]:
    """What is accepted of the first proposals for the seeds when this is typed, and what was shown."""
    answers, said = iter(lines), []

    def ask(prompt: str) -> str:
        said.append(prompt)
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    return list(review(choose(SEEDS, count=4), ask=ask, tell=said.append)), "\n".join(said)


def test_a_person_accepts_and_rejects() -> None:
    first, second, *_ = choose(SEEDS, count=4)
    accepted, said = decided("x", "a", "r", "q")
    assert accepted == [first]
    assert first.proposal.quote in said
    assert "3 of 4" in said
    assert "4 of 4" not in said
    assert decided("r", "A")[0] == [second]  # the end of the input is as quitting


def test_a_person_edits_and_the_passage_must_still_state_the_answer() -> None:
    accepted, said = decided("e", "Where is the strategy for?", "Mars", "Asian markets | North American", "e", "", "")
    assert accepted[0].proposal.question == "Where is the strategy for?"
    assert accepted[0].proposal.accept == (("Asian markets", "North American"),)
    assert "The passage does not state that: Mars" in said
    assert accepted[1] == choose(SEEDS, count=4)[1]


@pytest.fixture
def seeds_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_dir: Path, embedding_files: Path) -> Path:
    """A real library of the seeds."""
    for name in [name for name in os.environ if name.startswith("ONRECORD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("ONRECORD_EMBEDDING_FILE", str(embedding_files))
    monkeypatch.setenv("ONRECORD_WRITER", "quotes")
    assert main(["add", str(ROOT / "seeds"), "--library", str(tmp_path / "library")]) == 0
    return tmp_path / "library"


def test_all_are_taken_without_asking(seeds_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "golden.jsonl"
    library = ("--library", str(seeds_library))
    capsys.readouterr()
    assert main(["golden", "new", "--all", "-o", str(path), *library]) == 0
    assert "20 questions are in" in capsys.readouterr().out
    assert main(["golden", "check", str(path), *library]) == 0
    capsys.readouterr()
    assert main(["golden", "new", "--json", "--count", "2", *library]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["file"] is None
    assert shown["questions"][0]["id"] == read_golden(path)[0].id
    assert main(["golden", "new", "--all", "--count", "2", *library]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == shown["questions"]


def test_what_is_accepted_is_kept_at_once(
    seeds_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "golden.jsonl"
    answers = typed("a", "r", "q")
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    assert main(["golden", "new", str(path), "--library", str(seeds_library)]) == 0
    assert "1 of 20 questions are in" in capsys.readouterr().out
    assert len(read_golden(path)) == 1


def test_nowhere_to_put_them_is_misuse(seeds_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", "new", "--library", str(seeds_library)]) == 2
    assert "--output" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(StorageError, match=r"new\.jsonl cannot be written .*: name another file"):
        append_lines(tmp_path / "file" / "new.jsonl", [{"id": "a"}])
