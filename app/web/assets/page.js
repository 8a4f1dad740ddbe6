// The reader beside the chat: opens passages, marks the chosen chip, closes. Leaves out: everything Gradio does.
// Links work without this file; it only keeps them on the page.
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  let opener = null;

  // A number's address is relative to the page and begins with "read?": nothing else is opened here.
  const readerLink = (target) => {
    const link = target.closest ? target.closest("a.chip, a.opens") : null;
    return link && (link.getAttribute("href") || "").startsWith("read?") ? link : null;
  };

  const showMark = (reader) => {
    const mark = find("#cited", reader);
    if (!mark) { reader.scrollTop = 0; return; }
    const place = mark.getBoundingClientRect().top - reader.getBoundingClientRect().top;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    reader.scrollTo({ top: reader.scrollTop + place - reader.clientHeight / 3, behavior: calm ? "auto" : "smooth" });
  };

  const open = async (link) => {
    const reader = find("#reader");
    const body = find("#reader-body");
    if (!reader || !body) { location.assign(link.href); return; }
    opener = link;
    document.querySelectorAll("[aria-current='true']").forEach((old) => old.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    let article;
    try {
      const answer = await fetch(link.getAttribute("href"), { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      article = find("article.reading", page);
    } catch (error) { article = null; }
    if (opener !== link) return;
    if (!article) {
      article = document.createElement("p");
      article.className = "problem";
      article.textContent = "The article could not be opened: is OnRecord still running?";
    }
    body.replaceChildren(document.adoptNode(article));
    document.body.classList.add("reading-now");
    reader.focus({ preventScroll: true });
    showMark(reader);
  };

  const close = () => {
    if (!document.body.classList.contains("reading-now")) return;
    document.body.classList.remove("reading-now");
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("#reader .close")) { close(); return; }
    const link = readerLink(event.target);
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  // A new question is brought to the top once; while its answer grows the page stays where the reader put it.
  let shown = "";
  const follow = () => {
    const heading = find("#current .question");
    const question = heading ? heading.textContent : "";
    const past = document.querySelectorAll("#past .turn").length;
    const key = question + "\n" + past;
    if (question && key !== shown) heading.scrollIntoView({ block: "start" });
    shown = key;
  };

  // Days are typed as text where a browser has no date field of its own.
  const dates = () => document.querySelectorAll(".day input[type=text]").forEach((input) => { input.type = "date"; });

  new MutationObserver(() => { follow(); dates(); }).observe(document.body, { childList: true, subtree: true });
})();
