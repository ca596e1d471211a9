// Keys, each with its word, so that the help can never say something else than what happens.

import { h } from "/page/dom.js";

/** Keys by which a list is opened and walked; every other key means there what it means everywhere. */
const CHOOSING = /^(Shift\+)?(Arrow|Home|End|Page|Space|Enter|Tab)/;

let maps = [];

/** Keys of a view: [[key, word, act], ...]. Returns what takes them away again. */
export function keys(title, list) {
  const map = { title, list };
  maps.push(map);
  return () => { maps = maps.filter((each) => each !== map); };
}

export function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return (event.shiftKey && key.length > 1 ? "Shift+" : "") + (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (key === " " ? "Space" : key);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input:not([type=range]), textarea");
  if (typing || document.querySelector("dialog[open]") || event.altKey) return;
  const name = nameOf(event);
  const inButton = event.target.matches?.("button, a, summary") && (name === "Space" || name === "Enter");
  const inRange = event.target.matches?.("input[type=range]") && name.startsWith("Arrow");
  const inSelect = event.target.matches?.("select") && CHOOSING.test(name);
  if (inButton || inRange || inSelect) return;
  for (const map of maps.slice().reverse()) {
    const found = map.list.find(([key]) => key.split(" / ").includes(name));
    if (found) { event.preventDefault(); found[2](event); return; }
  }
});

/** The help: all keys of what is open. */
export function help() {
  const window = h("dialog", { class: "help", "aria-label": "Keys" },
    h("h2", {}, "Keys"),
    h("div", { class: "columns" }, maps.map((map) => h("section", {}, h("h3", {}, map.title),
      h("dl", {}, map.list.map(([key, word]) => [h("dt", {}, key.split(" / ").map((each) => h("kbd", {}, each))), h("dd", {}, word)]))))),
    h("form", { method: "dialog" }, h("button", { class: "main" }, "Close")));
  window.addEventListener("close", () => window.remove());
  document.body.append(window);
  window.showModal();
}
