"""Who judges whether passages support a sentence: our checker, an NLI model, or a model at an endpoint.

Leaves out: what is counted of that (citation_quality).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from app.config import Settings
from app.errors import ConfigError, JudgeError
from app.evaluation.metrics.citation_quality import Supports, stands_word_for_word, supports
from app.evaluation.systems.bare_writer import open_bare_writer
from index.articles import Evidence
from prompts import render

_VERDICT = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


class _Remembering:
    """Asks a model once for the same sentence over the same passages. Quotes are not asked about: they stand there."""

    def __init__(self, ask: Callable[[str, tuple[str, ...]], bool]) -> None:
        self._ask = ask
        self._known: dict[tuple[str, tuple[str, ...]], bool] = {}

    def supports(self, text: str, passages: Sequence[Evidence]) -> bool:
        """The model's verdict. Raises JudgeError when it gives none."""
        if not passages:
            return False
        asked = (text, tuple(passage.quote for passage in passages))
        if asked not in self._known:
            self._known[asked] = stands_word_for_word(text, passages) or self._ask(*asked)
        return self._known[asked]


class ModelJudge:
    """A language model that is asked for yes or no."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    def entails(self, text: str, quotes: Sequence[str]) -> bool:
        """Whether it says yes. Raises JudgeError when it says neither."""
        listed = "\n".join(f"[{number}] {' '.join(quote.split())}" for number, quote in enumerate(quotes, start=1))
        messages = [
            ChatMessage(role="system", content=render("judge_system")),
            ChatMessage(
                role="user", content=render("judge_support", passages=listed, statement=" ".join(text.split()))
            ),
        ]
        try:
            reply = "".join(piece.delta or "" for piece in self._llm.stream_chat(messages))
        except Exception as error:  # the border to openai and httpx, which raise their own kinds
            raise JudgeError(f"the judge failed: {error}") from error
        verdict = _VERDICT.search(reply)
        if verdict is None:
            raise JudgeError(f"the judge said neither yes nor no but {reply[:80]!r}: name another model")
        return verdict[1].lower() == "yes"


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges, and what a run's record says of it: nothing of our checker. Runs judged otherwise do not mix."""

    supports: Supports = supports
    recorded: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def open_judge(name: str, settings: Settings | None) -> Iterator[Judge]:
    """Our checker for "checker", for "llm" the model at the endpoint that the settings name, for "nli" their NLI model.

    Raises ConfigError where they name none: the embedded writer is too small to judge. Raises ModelFileError for an
    NLI model that cannot be used.
    """
    if name == "nli":
        if settings is None or not settings.nli_file:
            raise ConfigError("--judge nli needs a model: set ONRECORD_NLI_FILE to an NLI model's .onnx file")
        from app.evaluation.systems.nli import NliJudge

        nli = NliJudge(settings.nli_file.expanduser())
        yield Judge(_Remembering(nli.entails).supports, {"judge": f"nli {nli.sha256}"})
        return
    if name != "llm":
        yield Judge()
        return
    if settings is None or not settings.llm_base_url:
        raise ConfigError("--judge llm needs a model to ask: set ONRECORD_LLM_BASE_URL and ONRECORD_LLM_MODEL")
    with open_bare_writer(settings) as llm:
        yield Judge(_Remembering(ModelJudge(llm).entails).supports, {"judge": str(settings.llm_model)})
