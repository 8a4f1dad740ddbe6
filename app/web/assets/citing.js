// What a number stands for, beside it while it is pointed at or reached by keyboard: the quote, its source and its day.
// A touch opens the passage itself instead. Leaves out: opening it (page.js).
(() => {
  "use strict";
  const GAP = 8; // between the number and what is told of it, and to the edges of the window
  const LEAVING_MILLISECONDS = 150; // long enough to move the pointer onto it, to read or select its words
  const numbered = (event) => (event.target.closest ? event.target.closest("a.chip[data-quote]") : null);
  let card = null;
  let leaving = 0;
  let byKeyboard = false;

  const made = () => {
    const one = document.createElement("div");
    one.id = "quoted";
    one.setAttribute("role", "tooltip");
    for (const [name, kind] of [["q", "quote"], ["p", "byline"]]) {
      const part = document.createElement(name);
      part.className = kind;
      part.dir = "auto";
      one.append(part);
    }
    document.body.append(one);
    return one;
  };

  const hide = () => {
    clearTimeout(leaving);
    if (!card || card.hidden) return;
    card.hidden = true;
    document.querySelectorAll("[aria-describedby='quoted']").forEach((one) => one.removeAttribute("aria-describedby"));
  };

  const place = (number) => {
    const at = number.getBoundingClientRect();
    const left = Math.min(at.left, document.documentElement.clientWidth - card.offsetWidth - GAP);
    const above = at.top - card.offsetHeight - GAP;
    card.style.left = `${Math.max(GAP, left)}px`;
    card.style.top = `${above >= GAP ? above : at.bottom + GAP}px`;
  };

  const show = (number) => {
    hide();
    card = card || made();
    card.querySelector(".quote").textContent = number.dataset.quote;
    card.querySelector(".byline").textContent = number.dataset.whence;
    card.hidden = false;
    number.setAttribute("aria-describedby", "quoted");
    place(number);
  };

  document.addEventListener("pointerover", (event) => {
    const number = event.pointerType === "mouse" ? numbered(event) : null;
    if (number) show(number);
    else if (card && card.contains(event.target)) clearTimeout(leaving);
    else if (card && !card.hidden) { clearTimeout(leaving); leaving = setTimeout(hide, LEAVING_MILLISECONDS); }
  });
  // Only who moves by keyboard is told by the focus: a click, or the reader that closes, sets it, too.
  document.addEventListener("keydown", (event) => {
    byKeyboard = event.key === "Tab";
    if (event.key === "Escape") hide();
  }, true);
  document.addEventListener("pointerdown", () => { byKeyboard = false; }, true);
  document.addEventListener("focusin", (event) => { const number = byKeyboard ? numbered(event) : null; if (number) show(number); });
  document.addEventListener("focusout", (event) => { if (numbered(event)) hide(); });
  document.addEventListener("click", (event) => { if (numbered(event)) hide(); });
  document.addEventListener("scroll", () => {
    const number = card && !card.hidden ? document.querySelector("[aria-describedby='quoted']") : null;
    if (number && number.matches(":hover, :focus")) place(number); else hide();
  }, { capture: true, passive: true });
  // The answer is drawn anew while it grows: what its number told would stay behind.
  new MutationObserver(() => { if (card && !card.hidden && !document.querySelector("[aria-describedby='quoted']")) hide(); })
    .observe(document.body, { childList: true, subtree: true });
})();
