"""The chat page in the browser. Leaves out: how answers come about (app.desk), and the command line.

Gradio looks up two hosts when it is imported unless told not to; this runs before any import of it.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
