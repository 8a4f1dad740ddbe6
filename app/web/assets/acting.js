// Links and buttons that act: on a conversation or an article (Gradio is told by the event "onrecord"), on an answer
// (copied, its question edited), and the drawer of conversations. Leaves out: the reader (page.js).
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const tell = (from, detail) => from.dispatchEvent(new CustomEvent("onrecord", { bubbles: true, detail }));
  const say = (text) => { const told = find("#announce"); if (told) told.textContent = text; };

  const drawer = (opened) => {
    const button = find(".drawer");
    if (!button) return;
    document.body.classList.toggle("recalling-now", opened);
    button.setAttribute("aria-expanded", String(opened));
  };

  // What cannot be taken back asks once more, in its own place.
  const sure = (button) => {
    if (!button.dataset.sure || button.dataset.armed) return true;
    const before = button.textContent;
    button.dataset.armed = "yes";
    button.textContent = button.dataset.sure;
    button.addEventListener("blur", () => { delete button.dataset.armed; button.textContent = before; }, { once: true });
    return false;
  };

  const rename = (button) => {
    const item = button.closest("li");
    const field = document.createElement("input");
    field.className = "renaming";
    field.value = button.dataset.rename;
    field.maxLength = 200;
    field.setAttribute("aria-label", "Name of the conversation");
    const link = find("a.recalls", item);
    button.closest("details").open = false;
    link.replaceWith(field);
    field.select();
    let done = false;
    const end = (keep) => {
      if (done) return;
      done = true;
      if (keep && field.value !== button.dataset.rename) tell(item, { do: "rename", id: button.dataset.id, name: field.value });
      field.replaceWith(link);
      link.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") { event.preventDefault(); event.stopPropagation(); end(event.key === "Enter"); }
    });
    field.addEventListener("blur", () => end(true));
  };

  const copy = async (button) => {
    const before = button.textContent;
    let outcome = "Copied";
    try {
      const answer = await fetch(button.dataset.copy, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      await navigator.clipboard.writeText(await answer.text());
    } catch (error) { outcome = "Could not be copied"; }
    button.textContent = outcome;
    say(outcome);
    setTimeout(() => { button.textContent = before; }, 2000);
  };

  const edit = (button) => {
    const field = find("#question textarea, #question input");
    const asked = find(".question", button.closest(".turn"));
    if (!field || !asked) return;
    field.value = asked.textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };

  // What was judged is drawn anew: the focus goes to what is asked next there, or stays near where it was.
  const refocus = (acted) => {
    const judged = acted.dataset.act === "rate" ? acted.closest(".judgement") : null;
    if (!judged) return;
    const before = judged.innerHTML;
    const looking = new MutationObserver(() => {
      if (judged.isConnected && judged.innerHTML === before) return;
      looking.disconnect();
      const next = find(".why[open] input", judged) || find(".why summary", judged) || acted;
      next.focus({ preventScroll: true });
    });
    looking.observe(judged, { childList: true, subtree: true, attributes: true });
    setTimeout(() => looking.disconnect(), 5000);
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest) return;
    if (event.target.closest(".drawer")) { drawer(!document.body.classList.contains("recalling-now")); return; }
    document.querySelectorAll("details.more[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const button = event.target.closest("button[data-act], a[data-act], [data-rename], [data-copy], [data-edit]");
    if (!button) return;
    if (button.dataset.copy) { copy(button); return; }
    if ("edit" in button.dataset) { edit(button); return; }
    if ("rename" in button.dataset) { rename(button); return; }
    event.preventDefault();
    if (!sure(button)) return;
    refocus(button);
    tell(button, { do: button.dataset.act, id: button.dataset.id, verdict: button.dataset.verdict });
    if (button.dataset.act === "open") drawer(false);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest ? event.target.closest("form[data-act]") : null;
    if (!form) return;
    event.preventDefault();
    const given = new FormData(form);
    const verdict = [...given.entries()].find(([name]) => name.startsWith("verdict"));
    refocus(form);
    tell(form, { do: form.dataset.act, id: form.dataset.id, verdict: verdict && verdict[1], note: given.get("note") });
    say("Noted");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = find("details.more[open]");
    if (menu) { menu.open = false; find("summary", menu).focus(); return; }
    if (document.body.classList.contains("recalling-now")) { drawer(false); find(".drawer").focus(); }
  });
})();
