"""Files and folders: what is read, what is refused, and that one bad file never stops the rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.articles import Added, Article
from index.loading import SUFFIXES, Limits, count, load, load_bytes

SENTENCE = "Nissan will cut its stake in Renault to 15 percent, two people said on Monday."
SEEDS = Path(__file__).parent.parent / "seeds"


def one(target: str | Path, **options: Limits) -> Article:
    (found,) = load(target, **options)
    assert isinstance(found, Article), found
    return found


def failure(target: str | Path, **options: Limits) -> str:
    (found,) = load(target, **options)
    assert isinstance(found, Added), found
    assert found.status == "failed"
    assert found.error
    assert "\n" not in found.error
    return found.error


def write(path: Path, text: str = SENTENCE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_a_bare_text_has_its_words_a_title_and_nothing_invented(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Nissan cuts its stake\r\n\r\n" + SENTENCE)
    assert one(path) == Article(
        text="Nissan cuts its stake\n\n" + SENTENCE, title="Nissan cuts its stake", origin=str(path.resolve())
    )


def test_the_seeds_are_read_as_they_are() -> None:
    articles = list(load(SEEDS))
    titles = [isinstance(article, Article) and article.title for article in articles]
    first = "The Nissan-Renault alliance, once a byword for ambitious synergies, is no longer gunning for "
    assert titles == [
        first + "greater integration.",
        "According to seven sources familiar with the matter, Nissan is focusing on developing growth plans…",
    ]
    for article, path in zip(articles, sorted(SEEDS.iterdir()), strict=True):
        assert isinstance(article, Article)
        assert article.text == path.read_bytes().decode()
        assert (article.published_at, article.source, article.author, article.url) == (None, None, None, None)


def test_front_matter_tells_of_the_article_and_is_not_part_of_it(tmp_path: Path) -> None:
    front = '---\ntitle: "Nissan: a plan"\nauthor: [Jane Doe, Ann Lee]\nsource: The Paper\ndate: 2015-10-28\n'
    article = one(write(tmp_path / "a.md", front + "url: https://x.org/a\ntags: [x]\n---\n\n# Heading\n\n" + SENTENCE))
    assert article.text == "\n# Heading\n\n" + SENTENCE
    assert (article.title, article.author, article.source) == ("Nissan: a plan", "Jane Doe, Ann Lee", "The Paper")
    assert article.published_at == datetime(2015, 10, 28, tzinfo=UTC)
    assert article.url == "https://x.org/a"


def test_front_matter_that_is_not_quite_yaml_is_read_by_lines(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.md", f"---\ntitle: Nissan: a plan\ndate: '2015/10/28'\n---\n{SENTENCE}"))
    assert (article.title, article.text) == ("Nissan: a plan", SENTENCE)
    assert article.published_at == datetime(2015, 10, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        f"---\n{SENTENCE}\n---\nMore.",
        f"---\nunknown: field\n---\n{SENTENCE}",
        f"---\n- a\n- b\n---\n{SENTENCE}",
        f"---\ntitle: never closed\n{SENTENCE}",
        f"---\n{'[' * 5000}\n---\n{SENTENCE}",
        f"---\n!!python/object/apply:os.system ['true']\n---\n{SENTENCE}",
    ],
)
def test_what_only_looks_like_front_matter_stays_in_the_text(tmp_path: Path, text: str) -> None:
    assert one(write(tmp_path / "a.md", text)).text == text


def test_front_matter_that_names_itself_over_and_over_ends(tmp_path: Path) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 12))
    article = one(write(tmp_path / "a.md", f"---\nl0: &l0 [x]\n{levels}author: *l11\ntitle: A plan\n---\n{SENTENCE}"))
    assert (article.text, article.author, article.title) == (SENTENCE, None, "A plan")


def test_markdown_without_front_matter_takes_its_heading_as_title(tmp_path: Path) -> None:
    assert one(write(tmp_path / "a.markdown", f"# Nissan cuts\n\n{SENTENCE}")).title == "Nissan cuts"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"--- *** ---", "has no text"),
        ("a.txt", b"\x00\x01\x02", "binary"),
        ("a.md", b"---\ntitle: x\n---\n", "has no text"),
        ("a.doc", b"x", r"save it as \.docx"),
        ("a.xyz", b"x", r"\.xyz files are not read"),
        ("README", b"x", "without an ending"),
        ("a.txt.gz", b"x", r"\.gz files are not read"),
    ],
)
def test_a_bad_file_gives_one_clear_line(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    error = failure(tmp_path / name)
    assert error.startswith(name)
    assert ":" in error
    assert re.search(words, error)


@pytest.mark.parametrize(
    "target", ["", "  ", "no/such/file.txt", "a\x00b.txt", "~nobody-of-this-name/x.txt", "x" * 5000]
)
def test_what_does_not_exist_gives_one_clear_line(target: str) -> None:
    assert failure(target)


def test_a_huge_text_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(500 * 1024 * 1024)
    assert failure(path) == "huge.txt is 500 MB, more than 50 MB: split it and add the parts"


def test_limits_are_the_callers(tmp_path: Path) -> None:
    assert "more than 0.0 MB" in failure(write(tmp_path / "a.txt"), limits=Limits(file_bytes=10))
    (found,) = load_bytes("a.txt", SENTENCE.encode(), limits=Limits(file_bytes=10))
    assert isinstance(found, Added)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not a regular file" in failure(tmp_path / "pipe.txt")


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.txt")

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "may not be read by you" in failure(path)


def test_a_folder_is_read_in_order_and_deep_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/c/y.md", ".hidden.txt", ".git/x.txt", "c.txt"):
        write(tmp_path / name, f"{name} is here. {SENTENCE}")
    found = [Path(article.origin).relative_to(tmp_path.resolve()).as_posix() for article in load(tmp_path)]
    assert found == ["a/c/y.md", "a/z.txt", "b.txt", "c.txt"]


def test_one_bad_file_in_a_folder_does_not_stop_the_rest(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_bytes(b"\x00")
    write(tmp_path / "c.txt")
    for name in ("1.jpg", "2.jpg", "3.jpg", "x.doc"):
        write(tmp_path / name)
    found = list(load(tmp_path))
    assert [type(one).__name__ for one in found] == ["Article", "Added", "Article", "Added", "Added"]
    errors = [one.error for one in found if isinstance(one, Added)]
    assert errors[1] is not None
    assert errors[1].startswith("1.jpg and 2 more: .jpg files are not read")


def test_an_empty_folder_is_said_to_be_one(tmp_path: Path) -> None:
    assert "folder with no article in it" in failure(tmp_path)


def test_links_in_circles_and_to_nowhere_end(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "again.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    found = list(load(tmp_path))
    assert [type(one).__name__ for one in found] == ["Article", "Added", "Added"]


def test_an_upload_goes_by_the_last_part_of_its_name() -> None:
    for name in ("../../etc/a.txt", "C:\\Users\\x\\a.txt", "a.txt"):
        (article,) = load_bytes(name, SENTENCE.encode())
        assert isinstance(article, Article)
        assert article.origin == "a.txt"
    (refused,) = load_bytes("a.exe", b"MZ")
    assert isinstance(refused, Added)


def test_counting_is_cheap_and_says_when_it_cannot_tell(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "b.jpg")
    write(tmp_path / "c.jsonl", '{"text": "x"}\n{"text": "y"}')
    assert count(tmp_path) == 3
    assert count(tmp_path / "a.txt") == 1
    assert count("https://x.org/a") == 1
    assert count(tmp_path / "gone") == 0
    write(tmp_path / "d.jsonl.xz", "not packed")
    assert count(tmp_path) is None
    assert count(write(tmp_path / "e.json", "[]")) is None
    assert count("a\x00b") in (0, None)


def test_importing_loads_nothing_heavy() -> None:
    heavy = "{'trafilatura', 'pypdf', 'docx', 'httpx', 'lxml', 'charset_normalizer'}"
    script = f"import sys, index.loading; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).parent.parent
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert ran.stdout.strip() == "[]"


def test_the_endings_for_a_file_dialogue_are_those_that_are_read() -> None:
    assert {".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".json", ".jsonl", ".jsonl.xz", ".json.gz"} <= set(
        SUFFIXES
    )
