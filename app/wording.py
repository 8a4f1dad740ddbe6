"""Words that may stand for one another in a retelling, and words that add nothing. Leaves out: whole sentences. Pure.

A checked sentence may say "reduce" where its source says "cut"; that a source says neither, or the opposite, is what a
share of common words cannot tell. The groups were written for news of business, courts, sport and politics; a word that
is in none of them has to stand in the source itself, and where it does not, the reader gets the quote.
"""

from __future__ import annotations

from collections.abc import Set

from index.words import stem

_GROUPS = """
cut reduce lower decrease drop fall decline shrink slash trim down downgrade diminish less fewer
raise increase rise grow climb jump surge soar lift boost up expand hike more higher
hold own have keep retain possess maintain stake remain stay belong owner share
get receive obtain earn collect given
buy purchase acquire acquisition takeover bought
sell sold sale divest offload
give provide supply offer deliver hand grant share
begin start launch open commence kick
end finish stop halt close conclude cease complete finalize final finalise
win won beat defeat victory triumph winner
lose lost defeat loss beaten
kill killed murder die dead death died slain fatal fatally
arrest detain custody jail imprison
accuse charge allege indict
lead led head leader chief run chair top executive boss ceo director manager
say said tell told state report announce reveal disclose confirm note explain describe add claim argue statement comment
call name know title dub
plan intend aim seek want hope look try expect schedule set focus target
focus concentrate center centre emphasis target
agree agreement deal pact accord contract
approve back support endorse
reject refuse deny oppose decline block
make build produce manufacture create develop design construct develop
work cooperate collaborate partner partnership team together alliance
show find reveal indicate suggest
cause lead because due result reason
happen occur place held take
leave left quit depart resign departure step resignation exit
join enter sign
move go travel head fly relocate transfer
use employ apply utilize
pay cost spend price worth value paid
big large huge major biggest largest
small little minor
country nation national
company firm business carmaker automaker maker manufacturer group corporation
people person man woman resident
worker employee staff
car vehicle automobile
child kid
film movie picture
doctor physician
police officer
attack assault strike hit
fire blaze burn
storm hurricane cyclone
president leader
money fund cash
independent independently own separately separate alone
join jointly together
protect protection safeguard
need require must
help assist aid support
allow let permit
ban prohibit outlaw forbid
warn caution
ask request urge call
think believe
begin first
""".strip().splitlines()
_LIGHT = """
still also already currently now later recently about around approximately roughly nearly almost just only then there
here total number amount percent per cent such own well further additional other another including include included both
each do did done make made take took be become became get got have had according way part time year month week day today
""".split()


_LIGHT_STEMS = frozenset(stem(word) for word in _LIGHT)
_ALIKE: dict[str, frozenset[str]] = {}
for _group in _GROUPS:
    _stems = frozenset(stem(word) for word in _group.split())
    for _one in _stems:
        _ALIKE[_one] = _ALIKE.get(_one, frozenset()) | _stems


def is_light(word: str) -> bool:
    """Whether a stem adds nothing to a sentence that a reader could be misled by."""
    return word in _LIGHT_STEMS


def says_alike(word: str, here: Set[str]) -> bool:
    """Whether one of the stems in `here` may stand for this one.

    >>> says_alike("reduc", {"cut", "stake"}), says_alike("rais", {"cut", "stake"})
    (True, False)
    """
    return not here.isdisjoint(_ALIKE.get(word, frozenset()))
