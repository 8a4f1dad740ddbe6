// Follows what the chat shows: the page's address names the conversation, so that a reload finds it again; a new
// question comes to the top; a screen reader is told of steps and answers, once. Leaves out: changing any of it.
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);

  // The address may be ahead of the page, which is filled after it is loaded: it is emptied only once it was seen filled.
  let named = null;
  const name = () => {
    const turns = document.querySelectorAll(".turn[data-conversation]");
    const shown = turns.length ? turns[turns.length - 1].dataset.conversation : null;
    if (shown === named || (!shown && find(".turn"))) return;
    named = shown;
    const address = new URL(location.href);
    if (shown) address.searchParams.set("conversation", shown); else address.searchParams.delete("conversation");
    history.replaceState(history.state, "", address);
  };

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

  let told = "";
  const announce = () => {
    const turn = find("#current .turn");
    const place = find("#announce");
    if (!turn || !place) return;
    const step = find(".step", turn);
    const words = find(".words", turn) || find("[role='alert']", turn);
    const said = turn.classList.contains("streaming") ? step : words;
    if (!said) return;
    const plain = said.cloneNode(true);
    plain.querySelectorAll(".chips").forEach((chips) => chips.remove());
    const text = plain.textContent.trim();
    if (text !== told) place.textContent = text;
    told = text;
  };

  // Days are typed as text where a browser has no date field of its own.
  const dates = () => document.querySelectorAll(".day input[type=text]").forEach((input) => { input.type = "date"; });

  const look = () => { name(); follow(); announce(); dates(); };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
})();
