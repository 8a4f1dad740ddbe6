"""What a browser and axe-core say of a page's accessibility. Leaves out: which pages."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

NAMED_ROLES = {
    "button", "link", "textbox", "combobox", "checkbox", "tab", "searchbox", "listbox", "option", "progressbar",
    "complementary", "dialog", "region", "navigation", "DisclosureTriangle",
}  # fmt: skip

# The contrast of every visible text with the ground that lies under it (WCAG 2.2, 1.4.3: 4.5, large text 3).
CONTRAST = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const poor = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const element = words.currentNode.parentElement;
    const said = words.currentNode.textContent.trim().slice(0, 30);
    if (!said || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest("script, style, noscript, .unseen, :disabled, [aria-disabled=true]")) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const ink = over(rgba(style.color), ground);
    const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      poor.push(`${ratio.toFixed(2)}: "${said}" in ${element.tagName}.${element.className}`);
    }
  }
  return poor;
}"""

STRUCTURE = """() => ({
  ids: [...document.querySelectorAll("[id]")].map((one) => one.id).filter(Boolean),
  headings: [...document.querySelectorAll("h1, h2, h3, h4")]
    .filter((one) => one.checkVisibility()).map((one) => one.tagName),
  language: document.documentElement.lang,
  title: document.title,
  order: [...document.querySelectorAll("[tabindex]")].filter((one) => one.tabIndex > 0).length,
  scrolled: [...document.querySelectorAll("*")].filter((one) => one.checkVisibility()
    && /auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1
    && one !== document.scrollingElement && one.tabIndex < 0
    && !one.querySelector("a[href], button, input, textarea, summary, [tabindex]"))
    .map((one) => one.id || one.className),
})"""


def problems_of(page: Page) -> list[str]:
    """One line for each thing that would keep somebody out."""
    found = [f"no name: {role}" for role in _nameless(page)]
    structure = page.evaluate(STRUCTURE)
    found += [f"id used twice: {one}" for one, count in Counter(structure["ids"]).items() if count > 1]
    if structure["headings"].count("H1") > 1:
        found.append("more than one h1")
    levels = [int(one[1]) for one in structure["headings"]]
    found += [f"h{before} is followed by h{level}" for before, level in pairwise(levels) if level > before + 1]
    if not structure["language"]:
        found.append("no language")
    if not structure["title"]:
        found.append("no title")
    if structure["order"]:
        found.append("a tab order of its own")
    found += [f"scrolls, but not by keyboard: {one}" for one in structure["scrolled"]]
    return [*found, *(f"contrast {one}" for one in page.evaluate(CONTRAST)), *_axe_findings(page)]


def _axe_findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, and where."""
    page.evaluate(AXE_SCRIPT)
    violations: list[dict[str, Any]] = page.evaluate("axe.run().then((results) => results.violations)")
    return [
        f"axe {one['id']} ({one['impact']}): {node['target']}"
        for one in violations
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def _nameless(page: Page) -> list[str]:
    session = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        f"{node['role']['value']} {node.get('backendDOMNodeId')}"
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value") in NAMED_ROLES
        and not str(node.get("name", {}).get("value", "")).strip()
    ]
