"""The verbs that statements are turned round at, in the forms that news has. Leaves out: what is not surely a verb."""

from __future__ import annotations

_IRREGULAR = (
    "beat:beat break:broke:broken bring:brought build:built buy:bought cut:cut draw:drew:drawn drive:drove:driven "
    "give:gave:given hire:hired hold:held hit:hit lead:led leave:left lose:lost make:made pay:paid sell:sold "
    "send:sent spend:spent steal:stole:stolen throw:threw:thrown win:won write:wrote:written ban:banned plan:planned"
)
_REGULAR = (
    "abandon accept acquire add adopt allocate appoint approve award boost build cancel complete convict create "
    "defeat deliver deploy develop donate earn eliminate endorse establish evacuate expand explore face fine found "
    "fund gain generate host impose increase injure install introduce invade invest issue join launch manufacture "
    "nominate open operate order pledge produce promote propose publish purchase raise recall receive record reduce "
    "reject release replace repeal score search seize share sign sponsor suspend test unveil veto visit"
)


def _forms() -> tuple[dict[str, str], frozenset[str], dict[str, str]]:
    past, gerunds = {}, {}
    participles = set()
    listed = [entry.split(":") for entry in _IRREGULAR.split()]
    listed += [[base, base + ("d" if base.endswith("e") else "ed")] for base in _REGULAR.split()]
    for base, told, *other in listed:
        past[told] = base
        participles.add(other[0] if other else told)
        doubled = told == f"{base}{base[-1]}ed" or base in ("cut", "hit", "win")
        gerunds[(base[:-1] if base.endswith("e") else base + base[-1] * doubled) + "ing"] = base
    return past, frozenset(participles), gerunds


PAST, PARTICIPLES, GERUNDS = _forms()
"""Past form to base form; participles; form in -ing to base form."""
BASES = frozenset(PAST.values())

EMPTY_OBJECTS = frozenset(
    "action advantage aim approach area areas aspect aspects attempt attention bit care chance chances concern "
    "concerns couple deal efforts end example eye fact form group hundreds dozens thousands millions idea impact "
    "issue issues job kind list look lot lots matter measures message moment more most move much need number one ones "
    "opportunity others part parts people person place places plenty point points position potential problem problems "
    "process question questions range reason reasons result results rest right role sense series set share side sign "
    "signs sort spot stake state statement step steps stuff sure team thing things time times total turn type use "
    "variety victory view visit visits way ways win game games candidate lead record records something everything "
    "anything nothing everyone someone work year years day days week weeks month months second third half season "
    "seasons".split()
)
"""Heads of objects that say too little to be the answer to a question, or are one of many."""

TELLING = frozenset(
    "abandon acquire adopt ban build buy cancel deploy develop eliminate establish expand explore focus found fund "
    "gain gun host invest launch manufacture operate plan propose purchase reject repeal replace seek sell sponsor "
    "suspend test unveil veto".split()
)
"""Verbs whose object alone is news: "what did the club score?" says too little to be asked."""
COUNTABLE = TELLING | frozenset(
    "add recall allocate appoint introduce face approve award collect deliver donate earn evacuate generate hire "
    "import injure install invade issue open order pay pledge publish raise receive release send sign spend "
    "write".split()
)
"""Verbs whose number is news by itself: goals and saves want their game told."""
