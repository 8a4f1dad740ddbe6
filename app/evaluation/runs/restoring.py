"""The settings of a recorded run, put back over those of today. Leaves out: keys, which no record holds."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError

from app.config import Settings
from app.errors import ConfigError, GoldenFileError
from app.evaluation.runs.files import Run, record_file
from app.evaluation.runs.provenance import VARIED, without_login


def restored_settings(run: Run, settings: Settings, asked: Collection[str]) -> Settings:
    """The settings with the recorded values.

    An endpoint of the kinds `asked` ("llm") must be the one that the settings name: a record comes from anywhere, and
    the key of today's settings is not to be sent where it says. Raises ConfigError where it is not, GoldenFileError for
    values that no setting has.
    """
    told = run.record["made_by"].get("settings")
    recorded = {name: value for name, value in (told if isinstance(told, dict) else {}).items() if name in VARIED}
    for name, value in recorded.items():
        if not name.endswith("_base_url") or value is None:
            continue
        today = getattr(settings, name)
        if without_login(today) == value:
            recorded[name] = today
        elif name.removesuffix("_base_url") in asked:
            raise ConfigError(
                f"the run asked {value}, which today's settings do not name: set ONRECORD_{name.upper()} to it"
            )
    try:
        return Settings.model_validate({**settings.model_dump(), **recorded})
    except ValidationError as error:
        raise GoldenFileError(
            f"{record_file(run.lines)}: {error.errors()[0]['msg'].lower()}, so its settings cannot be used: run its "
            "questions anew, without --repeat"
        ) from error
