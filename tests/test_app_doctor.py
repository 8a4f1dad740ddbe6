"""`onrecord doctor` over real libraries: whole, damaged, behind, of another model, without models."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main
from app.config import Settings, load_settings
from app.desk import Desk
from app.doctor import Finding, examine, probing, rebuild
from app.doctor.losses import losses
from index.keywordfiles import damaged_files
from index.locks import writer_lock
from index.tables import FILE_NAME

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Path:
    """A library of the seeds with one stored answer, to be copied."""
    folder = tmp_path_factory.mktemp("doctor") / "library"
    settings = load_settings(library=folder, cache_dir=cache_dir, embedding_file=embedding_files, writer="quotes")
    with Desk.open(settings=settings) as desk:
        desk.add(ROOT / "seeds")
        desk.ask("What stake will Renault hold in Nissan after the deal?")
    return folder


@pytest.fixture
def library(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "library"))


@pytest.fixture
def settings(library: Path, cache_dir: Path, embedding_files: Path) -> Settings:
    return load_settings(library=library, cache_dir=cache_dir, embedding_file=embedding_files, writer="quotes")


def of(findings: list[Finding], about: str) -> Finding:
    return next(finding for finding in findings if finding.about == about)


def problems(findings: list[Finding]) -> list[str]:
    return [finding.detail for finding in findings if finding.state == "problem"]


def change(library: Path, *statements: str) -> None:
    with sqlite3.connect(library / FILE_NAME) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_whole_library_has_no_problem(settings: Settings) -> None:
    findings = examine(settings, verify=True)
    assert problems(findings) == []
    assert "2 articles, 2 versions" in of(findings, "library").detail
    assert "2 texts are those that were added" in of(findings, "texts").detail
    assert of(findings, "citations").detail.endswith("stored citations resolve")
    assert of(findings, "keywords").detail == "2 articles, generation 1"
    assert of(findings, "vectors").detail.endswith("generation 1")


def test_no_library_is_a_note_and_none_is_made(settings: Settings, tmp_path: Path) -> None:
    elsewhere = settings.model_copy(update={"library": tmp_path / "none"})
    finding = of(examine(elsewhere), "library")
    assert (finding.state, "there is none" in finding.detail) == ("note", True)
    assert of(rebuild(elsewhere), "rebuild").state == "note"
    assert not (tmp_path / "none").exists()


def test_a_text_that_was_changed_is_found(settings: Settings, library: Path) -> None:
    change(library, "DROP TRIGGER versions_are_immutable", "UPDATE versions SET text = 'x' || text WHERE rowid = 1")
    found = problems(examine(settings, verify=True))
    assert any("1 of 2 texts were changed" in detail for detail in found)


def test_a_stored_citation_that_does_not_resolve_is_found(settings: Settings, library: Path) -> None:
    change(library, "UPDATE turns SET record = replace(record, 'Renault', 'Reynard')")
    found = problems(examine(settings, verify=True))
    assert any("stored citations do not resolve (turn " in detail for detail in found)


def test_a_damaged_file_is_one_problem(settings: Settings, library: Path) -> None:
    path = library / FILE_NAME
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    data = bytearray(path.read_bytes())
    data[8192:40960] = b"\xff" * (40960 - 8192)
    path.write_bytes(data)
    (found,) = problems(examine(settings))
    assert "restore it from a backup" in found
    path.write_bytes(b"no database at all" * 1000)
    (found,) = problems(examine(settings))
    assert "cannot be read" in found


def test_a_row_that_refers_to_nothing_is_found(settings: Settings, library: Path) -> None:
    change(library, "DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors LIMIT 1)")
    (found,) = problems(examine(settings))
    assert " refers to one of vectors that is gone" in found


def test_a_file_of_somebody_elses_is_left_alone(settings: Settings, library: Path) -> None:
    (library / FILE_NAME).unlink()
    change(library, "CREATE TABLE theirs (x)")
    before = (library / FILE_NAME).read_bytes()
    (found,) = problems(examine(settings))
    assert "not a library of OnRecord's" in found
    assert (library / FILE_NAME).read_bytes() == before


def test_a_library_of_another_model_is_found_and_embedded_anew(settings: Settings, library: Path) -> None:
    change(
        library,
        "UPDATE meta SET value = 'bge-small' WHERE key = 'embedder'",
        "UPDATE meta SET value = '3' WHERE key = 'dimension'",
        "UPDATE vectors SET vector = zeroblob(12)",
    )
    assert any("built with 'bge-small'" in detail for detail in problems(examine(settings)))
    told: list[tuple[int, int]] = []
    findings = rebuild(settings, lambda done, total: told.append((done, total)))
    assert "takes the place of bge-small" in findings[0].detail
    assert told[-1][0] == told[-1][1] > 0
    assert problems(examine(settings)) == []
    with Desk.open(settings=settings) as desk:
        assert "15%" in desk.ask("What stake will Renault hold in Nissan after the deal?").text


@pytest.mark.parametrize(("folder", "about"), [("keywords", "keywords"), ("chroma", "vectors")])
def test_an_index_that_is_gone_is_built(folder: str, about: str, settings: Settings, library: Path) -> None:
    shutil.rmtree(library / folder)
    finding = of(examine(settings), about)
    assert (finding.state, finding.detail.endswith("built just now")) == ("ok", True)


def never(done: int, total: int) -> None:
    raise AssertionError(f"{done} of {total} were embedded")


def mended(settings: Settings) -> None:
    assert [finding.state for finding in rebuild(settings, never)] == ["ok", "ok"]
    assert problems(examine(settings, verify=True)) == []
    with Desk.open(settings=settings) as desk:
        assert "15%" in desk.ask("What stake will Renault hold in Nissan after the deal?").text


@pytest.mark.parametrize("harm", ["cut off", "one bit", "gone"])
@pytest.mark.parametrize("ending", ["term", "idx", "pos", "store", "fast", "fieldnorm"])
def test_a_damaged_keyword_file_is_found(library: Path, ending: str, harm: str) -> None:
    assert damaged_files(library / "keywords") == []
    (file,) = (library / "keywords").glob(f"*/chunks/*.{ending}")
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 8
    file.write_bytes(data if harm == "one bit" else data[: len(data) // 2])
    if harm == "gone":
        file.unlink()
    assert damaged_files(library / "keywords") == [f"chunks/{file.name}"]


def test_a_changed_bit_in_the_keywords_is_told_and_mended(settings: Settings, library: Path) -> None:
    (file,) = (library / "keywords").glob("*/chunks/*.idx")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    finding = of(examine(settings, verify=True), "keyword files")
    assert finding.state == "problem"
    assert "nothing is lost" in finding.detail
    mended(settings)


def test_a_changed_vector_in_chroma_is_told_and_mended(settings: Settings, library: Path) -> None:
    (file,) = (library / "chroma").glob("*/chroma.sqlite3")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE embeddings_queue SET vector = zeroblob(length(vector)) WHERE id = '1'")
    connection.close()
    finding = of(examine(settings, verify=True), "vector files")
    assert (finding.state, "vectors are not those of the library" in finding.detail) == ("problem", True)
    mended(settings)


@pytest.mark.parametrize("harm", ["cut off", "garbage"])
def test_chroma_files_that_cannot_be_read_are_told_and_mended(settings: Settings, library: Path, harm: str) -> None:
    (file,) = (library / "chroma").glob("*/chroma.sqlite3")
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if harm == "cut off" else b"\xff" * len(data))
    findings = examine(settings)
    assert of(findings, "vector files").state == "problem"
    assert all(finding.about != "vectors" for finding in findings)  # they are not opened here
    mended(settings)


def dying(folder: str, every: bool, sending: object) -> None:
    """As Chroma does over a cut-off header.bin of more than a thousand vectors."""
    os.abort()


def test_a_process_that_chroma_ends_is_told(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert probing.vector_files(library, every=False).state == "ok"
    monkeypatch.setattr(probing, "_probe", dying)
    finding = probing.vector_files(library, every=False)
    assert (finding.state, "end the process that opens them" in finding.detail) == ("problem", True)


def test_what_is_lost_of_a_damaged_library_is_told(library: Path) -> None:
    with sqlite3.connect(library / FILE_NAME) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        (lost, text) = connection.execute("SELECT article_id, text FROM versions").fetchone()
    connection.close()
    path = library / FILE_NAME
    assert losses(path) == "all of the 2 articles that it lists can still be read"
    data = path.read_bytes()
    piece = text[20:40].encode()
    path.write_bytes(data.replace(piece, piece[::-1], 1))
    assert losses(path) == f"1 of 2 articles can still be read, lost: {lost}"
    path.write_bytes(b"no database at all" * 1000)
    assert losses(path) == "nothing of it can be read"


def test_a_changed_bit_of_a_stored_vector_is_found(settings: Settings, library: Path) -> None:
    with sqlite3.connect(library / FILE_NAME) as connection:
        text_hash, vector = connection.execute("SELECT text_hash, vector FROM vectors").fetchone()
        changed = bytearray(vector)
        changed[3] ^= 0x40  # the highest bit of an exponent
        connection.execute("UPDATE vectors SET vector = ? WHERE text_hash = ?", (bytes(changed), text_hash))
    connection.close()
    finding = of(examine(settings, verify=True), "stored vectors")
    assert (finding.state, "those of 1 articles were changed" in finding.detail) == ("problem", True)


def test_a_library_without_vectors_of_sentences_is_given_them(settings: Settings, library: Path) -> None:
    assert of(examine(settings), "sentences").state == "ok"
    change(library, "DELETE FROM sentence_vectors")
    found = of(examine(settings), "sentences")
    assert found.state == "note"
    assert "doctor --rebuild" in found.detail
    told: list[tuple[int, int]] = []
    added, *_ = rebuild(settings, lambda done, total: told.append((done, total)))
    assert "vectors of their sentences" in added.detail
    assert told[-1][0] == told[-1][1] > 0
    assert of(examine(settings), "sentences").state == "ok"


def test_rebuilding_embeds_nothing(settings: Settings) -> None:
    assert [finding.state for finding in rebuild(settings, never)] == ["ok", "ok"]


def test_who_writes_is_named(settings: Settings, library: Path) -> None:
    with writer_lock(library):
        finding = of(examine(settings), "writing")
    assert (finding.state, "writing to this library" in finding.detail) == ("note", True)


def test_an_index_that_a_running_desk_owns_is_no_problem(settings: Settings) -> None:
    with Desk.open(settings=settings):
        assert problems(examine(settings)) == []


def test_missing_models_are_told(settings: Settings, tmp_path: Path) -> None:
    bare = settings.model_copy(
        update={"cache_dir": tmp_path / "cache", "embedding_file": None, "writer": "auto", "offline": True}
    )
    findings = examine(bare)
    assert of(findings, "embedding").state == "problem"
    assert of(findings, "writer").state == "note"
    assert "onrecord doctor --fetch" in of(findings, "writer").detail


def test_a_damaged_model_is_found(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the model")
    bad = settings.model_copy(update={"embedding_file": tmp_path / "model.safetensors"})
    finding = of(examine(bad), "embedding")
    assert (finding.state, "sha256" in finding.detail) == ("problem", True)


def test_an_endpoint_that_does_not_answer_is_found(settings: Settings) -> None:
    away = settings.model_copy(
        update={"writer": "auto", "llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "m", "llm_api_key": "secret"}
    )
    findings = examine(away)
    assert "m at http://127.0.0.1:9/v1 does not answer" in of(findings, "writer").detail
    assert not any("secret" in finding.detail for finding in findings)


@pytest.fixture
def run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    for name in ("library", "cache_dir", "embedding_file", "writer"):
        monkeypatch.setenv(f"ONRECORD_{name.upper()}", str(getattr(settings, name)))

    def command(*words: str) -> tuple[int, str]:
        code = main(["doctor", *words])
        return code, capsys.readouterr().out

    return command


def test_doctor_prints_a_line_a_finding(run: Callable[..., tuple[int, str]]) -> None:
    code, out = run("--rebuild")
    assert code == 0
    assert all(line.startswith(("ok ", "note ")) for line in out.splitlines())
    assert "rebuild" in out


def test_doctor_fails_on_a_problem(run: Callable[..., tuple[int, str]], library: Path) -> None:
    (library / FILE_NAME).write_bytes(b"no database at all" * 1000)
    code, out = run("--json", "--rebuild")
    told = json.loads(out)
    assert (code, told["healthy"]) == (1, False)
    assert {"library", "rebuild"} <= {found["about"] for found in told["findings"] if found["state"] == "problem"}


def test_doctor_tells_what_it_cannot_fetch(
    run: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ONRECORD_EMBEDDING_FILE")
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ONRECORD_OFFLINE", "true")
    code, out = run("--fetch")
    assert code == 1
    assert out.count("PROBLEM  fetching") == 2
