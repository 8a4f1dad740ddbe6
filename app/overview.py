"""An overview of articles in their own sentences: what "summarize this" is answered with.

A question looks for one thing; who asks for an overview looks for none in particular, and no passage "states" that. The
first sentence of each article and those that say most of what it speaks of are quoted. Leaves out: which articles they
are (retrieval), and writing anything new.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from app.instructing import telling_sentences
from app.quoting import Quote
from app.relevance import Relevance
from index.articles import Evidence, Version
from index.chunking import Span
from index.words import content_stems

MOST_ARTICLES = 5
SENTENCES = {1: 4, 2: 2}
"""Sentences quoted of each of so many articles; one of each where there are more."""

SHARED_TOPIC = 0.6
"""The share of the topic's words, weighted by rarity, that an article has to have in common with it."""

WORDS_OF_A_SENTENCE = (6, 45)
"""Shorter ones are headings, longer ones no overview, unless there is nothing else."""

EARLY_SENTENCES = 10
"""How fast a sentence's place in the text stops counting for it."""

_LEANS = re.compile(
    r"\W*(?:but|and|or|so|yet|however|still|instead|otherwise|also|moreover|furthermore|meanwhile|then|thus|therefore|"
    r"such|this|that|these|those|it|its|he|his|him|she|her|they|their|there|here|in addition|as a result|as such|"
    r"for example|for instance|i|we|you|our|my|your)\b|.*[?:]\W*$",
    re.IGNORECASE,
)
_TEXT = r"(?:articles?|story|stories|texts?|documents?|reports?|pieces?|news|coverage|library)"
_THING = rf"(?:{_TEXT}|everything|all|these|this|it|that)"
_WHICH = r"(?:of|on|about|in|from|the|this|that|these|those|all|any|both|me|us|for)"
_OVERVIEW = re.compile(
    rf"""^\W*(?:(?:please|can\ you|could\ you|would\ you|will\ you)\s+)*
    (?:
      (?:summari[sz]e|sum\ up|recap)\b
    | (?:(?:give|write|show|make)\s+(?:me\s+|us\s+)?)?(?:an?\s+|the\s+)?(?:\w+\s+)?(?:summary|overview|recap|gist)\b
    | what(?:['’]s|\s+is|\s+are)\s+(?:the\s+)?(?:main|key|most\ important)\s+(?:points?|facts?|takeaways?|findings?)\b
    | what(?:['’]s|\s+is|\s+are|\s+do|\s+does)\s+(?:all\s+)?(?:(?:this|these|the|both|two|all)\s+)*{_THING}\s+
      (?:all\s+)?(?:about|saying|say)\s*\?*$
    | tl\s*;?\s*dr\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LEADING = re.compile(rf"^(?:(?:{_WHICH}|{_TEXT})(?:\s+|$))+", re.IGNORECASE)
_ABOUT_NOTHING = frozenset(
    content_stems(
        "please article articles story text document report piece news coverage library everything it this that brief "
        "briefly short shortly sentence word point bullet main key one two three four five both summary overview"
    )
)


def overview_topic(question: str) -> str | None:
    """What an overview is asked of: "" of all there is; None where none is asked.

    >>> overview_topic("Summarize the two articles."), overview_topic("Give me an overview of Nissan's software plans")
    ('', "Nissan's software plans")
    >>> overview_topic("What are the main points of the article about Carlos Ghosn?")
    'Carlos Ghosn'
    >>> overview_topic("Who wrote the summary of the deal?") is None
    True
    """
    found = _OVERVIEW.match(question)
    if found is None:
        return None
    topic = _LEADING.sub("", question[found.end() :].strip(" .?!:,"))
    return topic if set(content_stems(topic)) - _ABOUT_NOTHING else ""


def covers(topic: Relevance, version: Version) -> bool:
    """Whether an article is about a topic, rather than the nearest there is."""
    return topic.coverage(f"{version.title} {version.text}") >= SHARED_TOPIC


def overview(versions: Sequence[Version], topic: Relevance | None) -> list[Quote]:
    """The telling sentences of the articles about the topic, in their order and in that of each article's text."""
    n_sentences = SENTENCES.get(len(versions), 1)
    return [
        _quote(version, start, end)
        for version in versions
        for start, end in telling_spans(version.text, n_sentences, topic.coverage if topic else None)
    ]


def telling_spans(text: str, n: int, near: Callable[[str], float] | None = None) -> list[Span]:
    """Those up to `n` sentences that say most of what the text speaks of, in reading order.

    A sentence is as central as the cosine of its words with those of the others (degree centrality, Erkan & Radev 2004,
    arXiv:1109.2128), counts for less the later it stands, as news tells the most important first, and loses what it
    shares with those chosen. One that leans on its neighbours ("However, ...") is taken only for want of others. The
    first sentence is always one of them, unless something is asked about: `near` then tells, in [0, 1], how much a
    sentence is about that, and those that come to less than half of the best are left out.
    """
    spans = telling_sentences(text)
    shortest, longest = WORDS_OF_A_SENTENCE
    spans = [span for span in spans if shortest <= len(text[slice(*span)].split()) <= longest] or spans
    stems = [frozenset(content_stems(text[slice(*span)])) for span in spans]
    central = [sum(_cosine(one, other) for other in stems) / len(stems) for one in stems]
    about = [near(text[slice(*span)]) if near else 1.0 for span in spans]
    places = [place for place in range(len(spans)) if about[place] >= max(about) / 2]
    alone = [not _LEANS.match(text[slice(*span)]) for span in spans]
    chosen: list[int] = [] if near else [0][: len(spans)]

    def worth(place: int) -> tuple[bool, float]:
        known = max((_cosine(stems[place], stems[other]) for other in chosen), default=0.0)
        early = 1 + math.exp(-place / EARLY_SENTENCES)
        return alone[place], about[place] * central[place] * early * (1 - known)

    while len(chosen) < min(n, len(places)):
        chosen.append(max((place for place in places if place not in chosen), key=worth))
    return [spans[place] for place in sorted(chosen)]


def _cosine(one: frozenset[str], other: frozenset[str]) -> float:
    """Of the words of two sentences, each counted once; 0 where one has none."""
    return len(one & other) / math.sqrt(len(one) * len(other)) if one and other else 0.0


def _quote(version: Version, start: int, end: int) -> Quote:
    quote = version.text[start:end]
    passage = Evidence(
        article_id=version.article_id,
        version=version.number,
        start=start,
        end=end,
        quote=quote,
        score=1.0,
        title=version.title,
        source=version.source,
        published_at=version.published_at,
        url=version.url,
    )
    return Quote(passage, 0, len(quote), coverage=0.0, similarity=0.0, interaction=0.0, right_kind=True)
