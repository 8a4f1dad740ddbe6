"""The page's parts and where they stand (Gradio Blocks). Leaves out: what happens when they are used (page)."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr

from app.web import listing
from app.web.reader import BESIDE
from app.web.session import Session

EXAMPLES: Final = 4
LIMITS: Final = 5
PRIVATE: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}
"""Every event's options: none is an API, and each shows for itself what it is doing."""
ACTS = "element.addEventListener('onrecord', (event) => trigger('act', event.detail));"
"""Gives the links and buttons inside an HTML part an event `act`, which page.js sends."""
TOP = (
    '<h1 class="brand">OnRecord</h1><button type="button" class="drawer" aria-expanded="false" '
    'aria-controls="sidebar">Conversations</button>'
)
WELCOME = (
    '<div class="welcome"><h2>Ask your articles</h2>'
    "<p>Every sentence of an answer stands on a passage you can open. "
    "Where the articles do not say, the answer says so.</p>"
    "</div>"
)
SCRIPTS = ("page", "acting", "following", "plotting", "citing")
HEAD = '<link rel="stylesheet" href="onrecord/page.css">' + "".join(
    f'<script src="onrecord/{name}.js" defer></script>' for name in SCRIPTS
)


def theme() -> gr.themes.Base:
    """System fonts only: a named web font would be fetched."""
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="stone",
        font=["ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )


class Layout:
    """Every part of the page as an attribute; `blocks` is the whole."""

    def __init__(self) -> None:
        with gr.Blocks(title="OnRecord", fill_width=True, analytics_enabled=False, delete_cache=(600, 3600)) as blocks:
            self.session = gr.State(Session())
            with gr.Row(elem_id="top"):
                gr.HTML(TOP, elem_id="brand", apply_default_css=False)
                self.status = gr.HTML(listing.status_html(None), elem_id="status", apply_default_css=False)
            with gr.Row(elem_id="desk", equal_height=False):
                with gr.Column(elem_id="sidebar", scale=0, min_width=200):
                    self._lay_out_conversations()
                with gr.Column(elem_id="left", scale=3, min_width=280), gr.Tabs(elem_id="tabs"):
                    with gr.Tab("Ask", id="ask"), gr.Column(elem_id="chat"):
                        self._lay_out_chat()
                    with gr.Tab("Library", id="library") as self.library_tab, gr.Column(elem_id="library"):
                        self._lay_out_library()
                with gr.Column(elem_id="side", scale=2, min_width=280):
                    gr.HTML(BESIDE, elem_id="reader-holder", apply_default_css=False)
            self.opening = gr.Timer(0.5)
            self.watching = gr.Timer(2, active=False)
        self.blocks = blocks
        self.answered = (self.past, self.current)
        self.adding = (self.files, self.address, self.add)
        self.turns = [self.past, self.current, self.welcome, *self.examples]
        self.limits: tuple[gr.Textbox | gr.Dropdown | gr.Checkbox, ...] = (
            self.as_of, self.since, self.until, self.sources, self.undated,
        )  # fmt: skip

    def _lay_out_conversations(self) -> None:
        self.recall = gr.Textbox(
            placeholder="Search conversations", label="Search conversations", show_label=False,
            container=False, max_lines=1, elem_id="recall",
        )  # fmt: skip
        self.conversations = gr.HTML("", elem_id="conversations", js_on_load=ACTS, apply_default_css=False)

    def _lay_out_chat(self) -> None:
        self.welcome = gr.HTML(WELCOME, elem_id="welcome", apply_default_css=False)
        self.past = gr.HTML("", elem_id="past", js_on_load=ACTS, apply_default_css=False)
        self.current = gr.HTML("", elem_id="current", js_on_load=ACTS, apply_default_css=False)
        with gr.Row(elem_id="examples"):
            self.examples = [gr.Button("", visible=False, size="sm", elem_classes="example") for _ in range(EXAMPLES)]
        with gr.Column(elem_id="asking"):
            with gr.Row(elem_id="ask-row"):
                self.question = gr.Textbox(
                    placeholder="Ask about the articles",
                    label="Question",
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    scale=6,
                    min_width=120,
                    elem_id="question",
                    autofocus=True,
                )
                self.ask = gr.Button("Ask", variant="primary", scale=0, min_width=76, elem_id="ask")
                self.stop = gr.Button("Stop", scale=0, min_width=76, visible=False, elem_id="stop")
            with gr.Row(elem_id="limit-chips"):
                self.limit_chips = [
                    gr.Button("", visible=False, size="sm", scale=0, min_width=0, elem_classes="limit")
                    for _ in range(LIMITS)
                ]
            with gr.Row(elem_id="below-row"):
                with gr.Accordion("Time and sources", open=False, elem_id="limits"):
                    self._lay_out_limits()
                self.anew = gr.Button("New conversation", size="sm", scale=0, min_width=140, elem_id="anew")

    def _lay_out_limits(self) -> None:
        with gr.Row(elem_id="days"):
            self.as_of, self.since, self.until = (
                gr.Textbox(label=label, placeholder="2023-02-05", max_lines=1, min_width=130, elem_classes="day")
                for label in ("As of", "From", "To")
            )
        self.sources = gr.Dropdown([], label="Sources", multiselect=True, value=[], elem_id="sources")
        self.undated = gr.Checkbox(label="Also articles without a date", value=False)

    def _lay_out_library(self) -> None:
        self.files = gr.File(
            label="Articles: txt, md, html, pdf, docx, json, jsonl",
            file_count="multiple",
            height=84,
            elem_id="files",
        )
        with gr.Row(elem_id="address-row"):
            self.address = gr.Textbox(
                placeholder="https://… the address of an article or a feed", label="Web address", show_label=False,
                container=False, max_lines=1, scale=6, min_width=120, elem_id="address",
            )  # fmt: skip
            self.add = gr.Button("Add", scale=0, min_width=76, elem_id="add")
        self.added = gr.HTML("", elem_id="added", js_on_load=ACTS, apply_default_css=False)
        self.search = gr.Textbox(
            placeholder="Search titles and sources", label="Search the library", show_label=False,
            container=False, max_lines=1, elem_id="search",
        )  # fmt: skip
        self.list = gr.HTML("", elem_id="list", js_on_load=ACTS, apply_default_css=False)
