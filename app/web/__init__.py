"""The chat page in the browser. Leaves out: how answers come about (app.desk), and the command line.

Gradio and its hub client report what they are used for unless told not to; this runs before any import of them.
(HF_HUB_OFFLINE would silence them too, but also keep the same process from fetching the models' weights.)
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
