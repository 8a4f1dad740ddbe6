"""The chat page in the browser. Leaves out: how answers come about (app.desk), and the command line.

Gradio and its hub client report what they are used for unless told not to; this runs before any import of them.
(HF_HUB_OFFLINE would silence them too, but also keep the same process from fetching the models' weights.)
After every event Gradio also computes the quantiles of all events before it, with pandas: nobody reads them, and a page
that is open all day would slow down.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"
