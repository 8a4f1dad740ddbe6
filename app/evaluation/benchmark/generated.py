"""Articles and questions made up for a benchmark that has no data folder. Leaves out: any claim to be like news.

Each article tells one event and some background; its question is asked some days later, half of the time with "this
week". The same event befalls other firms on other days, so that words alone do not always tell them apart.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from app.evaluation.golden.reading import Golden
from index.articles import Article

_FIRMS = "Arden Belmar Corvex Dunmore Elstra Farrow Gantry Halden Ivarsen Jorvik Kestrel Lumina Mercer Norland".split()
_KINDS = "Motors Foods Airways Energy Robotics Textiles Shipping Pharma Glass Timber Media Optics".split()
_TOWNS = "Lyon Porto Turku Graz Leiden Bergen Malaga Bremen Cork Ghent Aarhus Trieste Zadar Tartu Basel Nantes".split()
_EVENTS = (
    ("recalled {n} of its products", "Which firm in {town} recalled {n} of its products", "recall"),
    ("named a new chief executive", "Who appointed a chief executive in {town}", "succession"),
    ("closed its plant after a fire", "Which firm shut its plant after a fire in {town}", "fire"),
    ("agreed to buy a rival for {n} million euros", "Which firm of {town} is buying a rival", "takeover"),
    ("cut {n} jobs", "Who is cutting {n} jobs in {town}", "job cuts"),
    ("opened a research centre with {n} desks", "Which firm opened a research centre in {town}", "opening"),
)
_BACKGROUND = (
    "Analysts had expected the step for months.",
    "The mayor of {town} said that the council had been told beforehand.",
    "Shares of {firm} were little changed in the afternoon.",
    "{firm} was founded in {year} and employs people in {other}.",
    "A union spoke of a difficult week for families in {town}.",
    "The firm declined to say what the {kind} would cost.",
    "Similar news had come from {other} some months earlier.",
    "Customers can call a free number, {firm} said in a statement.",
)
FIRST_DAY = date(2021, 1, 4)
_DAYS = 1_000


def made_articles(n_articles: int, *, seed: int = 5) -> list[Article]:
    """`n_articles` articles of about 250 words, over 1,000 days; the same for the same seed."""
    return [_article(number, random.Random(f"{seed}-{number}")) for number in range(n_articles)]  # noqa: S311 - to be repeated


def made_questions(n_articles: int, n_questions: int, *, seed: int = 5) -> tuple[Golden, ...]:
    """Questions about `n_questions` of the articles that `made_articles` makes, each asked up to five days later."""
    step = max(1, n_articles // n_questions)
    return tuple(_question(number, random.Random(f"{seed}-{number}")) for number in range(0, n_articles, step))  # noqa: S311


def _facts(draw: random.Random) -> dict[str, str]:
    town, other = draw.sample(_TOWNS, 2)
    return {
        "firm": f"{draw.choice(_FIRMS)} {draw.choice(_KINDS)}",
        "town": town,
        "other": other,
        "n": str(draw.randrange(12, 980) * 10),
        "year": str(draw.randrange(1890, 2015)),
        "day": (FIRST_DAY + timedelta(days=draw.randrange(_DAYS))).isoformat(),
        "event": str(draw.randrange(len(_EVENTS))),
    }


def _article(number: int, draw: random.Random) -> Article:
    facts = _facts(draw)
    told, _, kind = _EVENTS[int(facts["event"])]
    day = date.fromisoformat(facts["day"])
    sentences = [f"{facts['firm']} {told} in {facts['town']} on {day:%A}.".format(**facts)]
    sentences += [draw.choice(_BACKGROUND).format(kind=kind, **facts) for _ in range(18)]
    return Article(
        text=" ".join(sentences),
        title=f"{facts['firm']}: {kind} in {facts['town']}",
        origin=f"made-{number}",
        given_id=f"made-{number}",
        source=("Morning Post", "Evening Herald", "Weekly")[number % 3],
        published_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def _question(number: int, draw: random.Random) -> Golden:
    facts = _facts(draw)
    asked = _EVENTS[int(facts["event"])][1].format(**facts)
    as_of = date.fromisoformat(facts["day"]) + timedelta(days=draw.randrange(6))
    return Golden(
        id=f"q-{number}",
        question=f"{asked} this week?" if draw.random() < 0.5 else f"{asked}?",
        kind="answerable",
        answerable=True,
        as_of=as_of,
        answer=facts["firm"],
        gold=(f"made-{number}",),
    )
