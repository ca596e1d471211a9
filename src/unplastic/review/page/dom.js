// Elements without markup: text is text, whatever it says.

/** An element: `h("button", { class: "main", onclick }, "Approve")`. Empty children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

const ICONS = {
  first: "M5 4v16M19 4L8 12l11 8z", back: "M17 4L6 12l11 8z", play: "M7 4l13 8-13 8z", pause: "M7 4h3.5v16H7zM13.5 4H17v16h-3.5z",
  on: "M7 4l11 8-11 8z", worst: "M4 12a8 8 0 0 1 14-5.3M18 3v4h-4M20 12a8 8 0 0 1-14 5.3M6 21v-4h4",
};

/** A small drawing in the text's colour. */
export function icon(name) {
  const make = (tag, props) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(props)) element.setAttribute(key, value);
    return element;
  };
  const drawing = make("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  drawing.append(make("path", { d: ICONS[name] }));
  return drawing;
}

/** Put these in the place of all that is in `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(3).filter(Boolean));
  return parent;
}

/** A short word to everybody, gone after a while; `act` adds a button. */
export function toast(text, { kind = "", act = null, label = "", seconds = 6 } = {}) {
  const shelf = document.getElementById("toasts");
  const box = h("div", { class: `toast ${kind}` }, h("span", {}, text),
    act && h("button", { onclick: () => { box.remove(); act(); } }, label));
  shelf.append(box);
  while (shelf.children.length > 3) shelf.firstChild.remove();
  setTimeout(() => box.remove(), seconds * 1000);
}

/** A question in a window: resolves with the text, or null. What was typed survives an error and a reload. */
export function ask({ title, label, confirm, needed = false, draft = "" }) {
  return new Promise((resolve) => {
    const key = `draft ${draft}`;
    const text = h("textarea", { rows: 4, maxLength: 4000, "aria-label": label, required: needed });
    text.value = sessionStorage.getItem(key) || "";
    text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
    const window = h("dialog", { "aria-label": title },
      h("form", { method: "dialog", onsubmit: () => done(text.value) },
        h("h2", {}, title), h("label", {}, label, text),
        h("div", { class: "row" },
          h("button", { class: "main", type: "submit" }, confirm),
          h("button", { type: "button", onclick: () => done(null) }, "Cancel"))));
    const done = (value) => { window.close(); window.remove(); resolve(value); };
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && (!needed || text.value.trim())) { event.preventDefault(); done(text.value); }
    });
    window.addEventListener("cancel", (event) => { event.preventDefault(); done(null); });
    document.body.append(window);
    window.showModal();
    text.focus();
  });
}

/** Forget what was typed. */
export function forget(draft) { sessionStorage.removeItem(`draft ${draft}`); }

/** A moment as people say it. */
export function when(seconds) {
  const date = new Date(seconds * 1000);
  const same = date.toDateString() === new Date().toDateString();
  const options = same ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return date.toLocaleString("en-GB", options);
}

/** Dollars. */
export const usd = (value) => (value >= 100 ? `$${value.toFixed(0)}` : `$${value.toFixed(2)}`);

/** A score, or a dash where nothing could be measured. */
export const score = (value) => (value === null || value === undefined ? "–" : String(Math.round(value)));
