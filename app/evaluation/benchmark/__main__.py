"""`python -m app.evaluation.benchmark`."""

import sys

from app.evaluation.benchmark.command import main

sys.exit(main())
