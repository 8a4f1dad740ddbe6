"""What a name in an article names: a person, a company, a place. Leaves out: everything that a text does not show.

No list of people or companies is kept: a name is taken for what the words around it make it, and for nothing where they
do not. Most names therefore stay unknown, and only the questions that need no kind are made of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from app.evaluation.proposing.proposal import NAME

NameKind = Literal["person", "company", "country", "state"]

_TITLE = (
    r"(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Rev)\.|President|Vice President|Prime Minister|Senator|Governor"
    r"|Mayor|Judge|Justice|Secretary|Coach|coach|Captain|Professor|[Aa]ctor|[Aa]ctress|[Ss]inger|CEO|chief executive"
    r"|chairman|spokesman|spokeswoman|quarterback|midfielder|forward|goalkeeper|sheriff|Sheriff"
)
_FULL = r"[A-Z][\w’'-]+ (?:[A-Z]\. )?(?:(?:de|van|von|bin|al) )?[A-Z][\w’'-]+"
_PERSON = (
    re.compile(rf"\b(?:{_TITLE}) (?P<name>{_FULL})(?! (?:Inc|Corp|Co|Group|Times|Post))"),
    re.compile(rf"(?P<name>{_FULL}), (?:who|whose|\d\d,|then \d\d,|a former|the former)\b"),
    re.compile(rf"[,”\"] (?P<name>{_FULL}) (?:said|says|told|wrote|added|tweeted)\b"),
    re.compile(rf"(?P<name>{_FULL}) (?:told (?:CNN|reporters|the|USA)|tweeted|testified|was born)\b"),
)
_COMPANY = re.compile(
    r"\b(?P<name>[A-Z][\w&’'-]+(?: [A-Z][\w&’'-]+){0,2}?) "
    r"(?:Inc\b|Corp\b|Corporation|Co\b|Ltd\b|Motors?\b|SA\b|AG\b|SE\b|plc\b|PLC\b|Holdings?\b|Airlines|Airways|LLC)"
)
_STOOD_FOR = re.compile(
    rf"(?P<name>{NAME}), (?:a|an|the) (?:[\w’'-]+ ){{0,3}}(?:automaker|carmaker|company|retailer|airline|manufacturer"
    r"|maker|chain|startup|firm|bank|brand)\b"
)
COUNTRIES = frozenset(
    "Afghanistan|Argentina|Australia|Austria|Belgium|Brazil|Britain|Canada|Chile|China|Colombia|Croatia|Cuba|Denmark|"
    "Egypt|Ethiopia|Finland|France|Germany|Ghana|Greece|Haiti|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|"
    "Italy|Japan|Kenya|Mexico|Morocco|Nigeria|North Korea|Norway|Pakistan|Peru|Poland|Portugal|Qatar|Romania|Russia|"
    "Saudi Arabia|Senegal|Serbia|South Africa|South Korea|Spain|Sweden|Switzerland|Syria|Taiwan|Turkey|Ukraine|"
    "United Kingdom|United States|Venezuela|Vietnam|Yemen|Zambia".split("|")
)
STATES = frozenset(
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    "Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    "Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|"
    "Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|West Virginia|"
    "Wisconsin|Wyoming".split("|")
)
_NEVER_FIRST = re.compile(
    r"(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|The|In|On|At|But|And|For|As|If|President|Former|Senator|Governor|Democrat\w*"
    r"|Republican\w*|White|House|Senate|Supreme|US|U\.S|New|North|South|East|West|Saint|San|Los|Las|United|National)\b"
)


class Names:
    """The names of one article. `companies` are those that other articles show to be companies."""

    def __init__(self, text: str, companies: Iterable[str] = ()) -> None:
        self._text = text
        self._elsewhere = frozenset(companies)

    @cached_property
    def people(self) -> frozenset[str]:
        """Full names of persons."""
        found = {match["name"] for pattern in _PERSON for match in pattern.finditer(self._text)}
        return frozenset(
            _bare(name)
            for name in found
            if not (
                _NEVER_FIRST.match(name) or self._is_firm(name) or re.search(rf"\b[Tt]he {re.escape(name)}", self._text)
            )
        )

    @cached_property
    def companies(self) -> frozenset[str]:
        """Names of companies, without what only says that they are one."""
        found = [match["name"] for pattern in (_COMPANY, _STOOD_FOR) for match in pattern.finditer(self._text)]
        return frozenset(_bare(name) for name in found if not name.startswith("The "))

    def kind_of(self, name: str) -> NameKind | None:
        """What it names, as far as the article shows it."""
        if " and " in name:
            return None
        if name in COUNTRIES:
            return "country"
        if name in STATES:
            return "state"
        if self.full_name(name) in self.people:
            return "person"
        return "company" if self._is_firm(name) else None

    def full_name(self, name: str) -> str:
        """A person's name as the article first gives it, for a last name that it gives to one person only.

        >>> Names("Gov. Kari Lake spoke. Lake has lost.").full_name("Lake")
        'Kari Lake'
        """
        longer = [one for one in self.people if one.split()[-1] == name] if " " not in name else []
        return longer[0] if len(longer) == 1 else name

    def _is_firm(self, name: str) -> bool:
        known = self.companies | self._elsewhere
        return name in known or any(name.startswith(f"{one} ") for one in known)


def _bare(name: str) -> str:
    return re.sub(r"[’']s?$", "", name)
