"""Who uses a library, and what each may do: one table. Leaves out: how somebody is known (members, app.web.admitting).

What is not listed here nobody may do. Whoever reads the library's folder itself, as the command line does, is asked
nothing: the file is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from app.errors import NotAllowedError

Role = Literal["reader", "editor", "admin"]
"""Each may do what the ones before it may."""
ROLES: tuple[Role, ...] = get_args(Role)

Operation = Literal["ask", "search", "read", "converse", "add", "remove", "restore", "purge", "measure", "manage"]
LEAST: dict[Operation, Role] = {
    "ask": "reader",
    "search": "reader",
    "read": "reader",
    "converse": "reader",  # one's own conversations and feedback, whatever the role: nobody has another's
    "add": "editor",
    "remove": "editor",
    "restore": "editor",
    "purge": "admin",  # it erases answers that others keep
    "measure": "admin",
    "manage": "admin",  # users and tokens
}
"""The least role that may do it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was let in. `user_id` is what conversations belong to; a name may change hands, an id does not."""

    user_id: str
    name: str
    role: Role

    def may(self, operation: Operation) -> bool:
        """Whether the role allows it."""
        return ROLES.index(self.role) >= ROLES.index(LEAST[operation])

    def check(self, operation: Operation) -> None:
        """Raises NotAllowedError unless the role allows it."""
        if not self.may(operation):
            raise NotAllowedError(
                f"to {operation} takes the role of {LEAST[operation]}, and {self.name!r} is {self.role} here: "
                "an admin can change that"
            )


ANONYMOUS = Person(user_id="", name="", role="admin")
"""Whoever uses the library where nobody is asked."""
