"""What other programs speak to: HTTP under /api/v1, health and metrics. Leaves out: the page, and how answers are made.

`build_api` in `building` puts it together; each other module is one part of it, over the same desk as the page.
"""

PREFIX = "/api/v1"
"""What the addresses of our own form of the API begin with; its number changes when they no longer mean the same."""
