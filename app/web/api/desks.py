"""The desk behind a request, as FastAPI's endpoints ask for it. Leaves out: opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from app.web.admitting import person_of
from app.web.opening import DeskOpeningError, OpeningDesk

if TYPE_CHECKING:
    from app.desk import Desk


def desk_of(request: Request) -> Desk:
    """The open desk; raises DeskOpeningError while it is being opened, or when that failed."""
    opening: OpeningDesk = request.app.state.desk
    desk = opening.of(person_of(request.scope)).ready()
    if desk is None:
        raise DeskOpeningError("the library is still being opened: try again in a moment")
    return desk


# A desk is heavy to import, and the server should answer before that is done.
if TYPE_CHECKING:
    OpenDesk = Annotated[Desk, Depends(desk_of)]
else:
    OpenDesk = Annotated[object, Depends(desk_of)]
