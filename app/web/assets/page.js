// The reader beside an answer: opens passages, goes from citation to citation, closes. Links work without this file;
// it only keeps them on the page. Leaves out: everything Gradio does, buttons that act (acting.js).
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  let opener = null;
  let hint = null;

  // A number's address is relative to the page and begins with "read?": nothing else is opened here.
  const readerLink = (target) => {
    const link = target.closest ? target.closest("a.chip, a.opens") : null;
    return link && (link.getAttribute("href") || "").startsWith("read?") ? link : null;
  };

  // The citations of the answer that the open one belongs to, each once, in the order of the text.
  const citations = () => {
    const turn = opener && opener.isConnected ? opener.closest(".turn") : null;
    const seen = new Set();
    return [...(turn ? turn.querySelectorAll(".words a.chip, .otherwise a.chip") : [])].filter((chip) => {
      const address = chip.getAttribute("href");
      return !seen.has(address) && seen.add(address);
    });
  };
  const placeOf = (chips) => chips.findIndex((chip) => chip.getAttribute("href") === opener.getAttribute("href"));

  const showSteps = () => {
    const steps = find("#reader .steps");
    const chips = citations();
    const place = opener ? placeOf(chips) : -1;
    steps.hidden = place < 0 || chips.length < 2;
    if (steps.hidden) return;
    find(".place", steps).textContent = `${place + 1} of ${chips.length}`;
    find("[data-step='-1']", steps).disabled = place === 0;
    find("[data-step='1']", steps).disabled = place === chips.length - 1;
  };

  const showMark = (body) => {
    const mark = find("#cited, ins, del", body);
    if (!mark) { body.scrollTop = 0; return; }
    const place = mark.getBoundingClientRect().top - body.getBoundingClientRect().top;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    body.scrollTo({ top: body.scrollTop + place - body.clientHeight / 3, behavior: calm ? "auto" : "smooth" });
  };

  const fetched = async (address) => {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return find("article.reading", page);
    } catch (error) { return null; }
  };

  const open = async (link) => {
    const body = find("#reader-body");
    if (!body) { location.assign(link.href); return; }
    opener = link;
    document.querySelectorAll("[aria-current='true']").forEach((old) => old.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    let article = await fetched(link.getAttribute("href"));
    if (opener !== link) return;
    if (!article) {
      article = document.createElement("p");
      article.className = "problem";
      article.textContent = "The article could not be opened: is OnRecord still running?";
    }
    hint = hint || find(".hint", body);
    body.replaceChildren(document.adoptNode(article));
    document.body.classList.add("reading-now");
    showSteps();
    if (!document.activeElement.closest("#reader .steps") || document.activeElement.disabled) {
      body.focus({ preventScroll: true });
    }
    showMark(body);
  };

  const step = (by) => {
    const chips = citations();
    const place = chips.length ? placeOf(chips) : -1;
    const next = place < 0 ? null : chips[place + by];
    if (!next) return;
    next.scrollIntoView({ block: "nearest" });
    open(next);
  };

  const close = () => {
    if (!document.body.classList.contains("reading-now")) return;
    document.body.classList.remove("reading-now");
    if (hint) find("#reader-body").replaceChildren(hint);
    document.querySelectorAll("[aria-current='true']").forEach((old) => old.removeAttribute("aria-current"));
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest) return;
    if (event.target.closest("#reader .close")) { close(); return; }
    const button = event.target.closest("#reader [data-step]");
    if (button) { step(Number(button.dataset.step)); return; }
    const link = readerLink(event.target);
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(link);
  });
  // Arrows go from citation to citation while one is read or has the focus: nowhere else do they mean it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); return; }
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || !opener || !event.target.closest("#reader, a.chip")) return;
    event.preventDefault();
    step(by);
  });
})();
