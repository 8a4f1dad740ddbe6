"""Articles in, evidence out: reading, keeping, finding. Knows nothing of app or prompts."""

import os

# ONNX Runtime 1.29 and later looks up a telemetry host from native code, on every platform, unless this stands in the
# environment before its first session. It is set here because every module of index runs this first.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
