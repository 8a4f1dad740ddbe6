"""The prompts, one Markdown file each. Leaves out: what goes into them, and sending them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


@cache
def _template(name: str) -> Template:
    return Template((files(__package__) / f"{name}.md").read_text(encoding="utf-8").strip())


def render(name: str, /, **variables: str) -> str:
    """The prompt `name` with its `$variables` filled in. Values are put in as they are, `$` and all.

    Raises KeyError for a variable that is missing, ValueError for one that the prompt does not have.
    """
    template = _template(name)
    if unknown := set(variables) - set(template.get_identifiers()):
        raise ValueError(f"the prompt {name!r} has no variable {', '.join(sorted(unknown))}")
    return template.substitute(variables)
