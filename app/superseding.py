"""Whether a later report tells how something changed, or only says otherwise. Pure. Leaves out: what the two report."""

from __future__ import annotations

import re

_CHANGED = re.compile(
    r"\b(?:now|no longer|rose|risen|climb(?:ed|s)|fell|fallen|dropped|grew|grown|increased?|raised?|revised?|updated?"
    r"|upgraded|lowered|reduced|corrected|corrects|has since|have since|latest|so far|as of|instead|postponed|delayed"
    r"|brought forward|pushed back|moved|changed|replaced|succeed(?:s|ed)|new)\b",
    re.IGNORECASE,
)
"""What in a later report tells that it was otherwise before."""

_PROVISIONAL = re.compile(
    r"\b(?:at least|so far|as of|could|(?-i:may)|might|expected|expects|planned|plans|scheduled|set to|about to"
    r"|initial(?:ly)?|preliminary|estimated|feared|believed|likely|unconfirmed|interim|acting|yet)\b",
    re.IGNORECASE,
)
"""What in an earlier report tells that it may be otherwise later; case matters, for May is a month."""


def supersedes(later: str, earlier: str, *, tells_both: bool = False) -> bool:
    """Whether a later sentence tells how what an earlier one says has changed; without a mark of that it contradicts.

    `tells_both` where the later one gives the earlier one's value, too ("to 25% from 15%").

    >>> supersedes("The toll rose to 120.", "It killed 50."), supersedes("It killed 120.", "It killed 50.")
    (True, False)
    """
    return tells_both or bool(_CHANGED.search(later) or _PROVISIONAL.search(earlier))
