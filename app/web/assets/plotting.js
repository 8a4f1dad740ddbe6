// The timeline of the answer that is read, above the reader; a mark tells its passage when it is pointed at or focused.
// Leaves out: drawing it (the server does), opening passages (page.js).
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);

  // That of the answer whose citation is open, else of the last one. On a narrow page it stands in the answer itself.
  let shown = null;
  const place = () => {
    const slot = find("#timeline");
    if (!slot) return;
    const turns = document.querySelectorAll(".turn");
    const turn = find(".turn:has([aria-current='true'])") || turns[turns.length - 1];
    const plot = turn ? find(".timeline", turn) : null;
    const drawn = plot ? plot.outerHTML : null;
    if (drawn === shown) return;
    shown = drawn;
    slot.replaceChildren(...(plot ? [plot.cloneNode(true)] : []));
  };

  const tell = (event) => {
    const mark = event.target.closest ? event.target.closest(".timeline .event") : null;
    if (mark) find("figcaption", mark.closest(".timeline")).textContent = mark.getAttribute("aria-label");
  };
  const untell = (event) => {
    const plot = event.target.closest ? event.target.closest(".timeline") : null;
    if (plot && !(event.relatedTarget && plot.contains(event.relatedTarget))) {
      const caption = find("figcaption", plot);
      caption.textContent = caption.dataset.told;
    }
  };
  ["mouseover", "focusin"].forEach((kind) => document.addEventListener(kind, tell));
  ["mouseout", "focusout"].forEach((kind) => document.addEventListener(kind, untell));
  new MutationObserver(place).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-current"] });
  place();
})();
