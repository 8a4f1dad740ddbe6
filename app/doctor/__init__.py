"""Is everything as it should be: environment, models, library, indexes? Leaves out: fetching, and printing.

Nothing here raises for what it looks for: that is a finding.
"""

from app.doctor.examining import examine
from app.doctor.findings import Finding, State
from app.doctor.rebuilding import rebuild

__all__ = ["Finding", "State", "examine", "rebuild"]
