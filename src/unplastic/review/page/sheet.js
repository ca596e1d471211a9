// The contact sheet: every shot and take of the film, what it reads like, what it cost, and what waits.

import { fill, h, score, usd } from "/page/dom.js";
import { keys } from "/page/keys.js";
import { statusWord } from "/page/panel.js";

const FILTERS = [["waits", "waits for you"], ["", "all"], ["approved", "approved"], ["fix", "to be fixed"], ["rejected", "rejected"], ["making", "being made"], ["held", "held"]];
let filter = "";
let last = "";

export class Sheet {
  constructor(film) {
    this.film = film;
    this.grid = h("div", { class: "sheet" });
    this.bar = h("div", { class: "filters", role: "group", "aria-label": "show" });
    this.element = h("div", { class: "page" }, this.bar, this.grid);
    this.off = keys("The sheet", [
      ["ArrowRight / L", "next take", () => this.move(1)], ["ArrowLeft / J", "take before", () => this.move(-1)],
      ["ArrowDown", "a row down", () => this.row(1)], ["ArrowUp", "a row up", () => this.row(-1)],
      ["Home", "first", () => this.move(-1e9)], ["End", "last", () => this.move(1e9)],
      ["W", "next that waits", () => this.waiting()],
    ]);
    this.draw();
  }

  close() { this.off(); }

  update(film) { this.film = film; this.draw(); }

  get shown() { return chosen(this.film); }

  draw() {
    const count = (name) => this.film.takes.filter((each) => !name || (name === "waits" ? each.waits : each.status === name)).length;
    fill(this.bar, FILTERS.filter(([name]) => name === "" || name === "waits" || name === filter || count(name)).map(([name, word]) => h("button", { "aria-pressed": String(filter === name), onclick: () => { filter = name; this.draw(); } }, `${word} `, h("span", { class: "faint" }, String(count(name))))));
    const old = new Map([...this.grid.querySelectorAll("a.card")].map((each) => [each.dataset.take, each]));
    const scenes = new Map();
    for (const each of this.shown) scenes.set(each.scene, [...(scenes.get(each.scene) || []), each]);
    const light = Object.fromEntries(this.film.scenes.map((each) => [each.name, each.light]));
    fill(this.grid, this.shown.length === 0 && h("p", { class: "empty" }, filter ? "Nothing here." : "No takes yet: unplastic run FILM makes them, unplastic watch DIR files clips."),
      [...scenes].map(([name, takes]) => h("section", { "aria-label": `scene ${name}` },
        h("h2", {}, h("a", { href: `#/scene/${encodeURIComponent(name)}` }, name), h("span", { class: "faint" }, [`${takes.length} ${takes.length > 1 ? "takes" : "take"}`, light[name]].filter(Boolean).join(" · "))),
        h("div", { class: "cards" }, takes.map((each) => this.card(each, old.get(each.id)))))));
    const focus = last && this.grid.querySelector(`[data-take="${CSS.escape(last)}"]`);
    if (focus && document.activeElement === document.body) focus.focus({ preventScroll: true });
  }

  card(take, old) {
    const state = JSON.stringify(take);
    if (old?.state === state) return old;
    const many = (count, word) => count && `${count} ${word}${count > 1 ? "s" : ""}`;
    const asides = [many(take.found, "finding"), many(take.notes, "note"), take.usd && usd(take.usd)].filter(Boolean).join(" · ");
    const scores = take.after === null && take.before === null ? "" : [h("small", {}, "plasticity "), take.before !== null && h("span", { class: "faint" }, `${score(take.before)} → `), score(take.after)];
    const card = h("a", { class: `card ${take.status}`, href: `#/take/${encodeURIComponent(take.id)}`, "data-take": take.id, onfocus: () => { last = take.id; } },
      h("div", { class: "frame" }, take.still ? h("img", { src: `/media/${take.still}`, alt: "", loading: "lazy", decoding: "async" }) : h("span", { class: "faint why" }, take.note || take.doing || statusWord(take.status))),
      h("div", { class: "line" }, h("b", {}, take.shot), h("span", { class: "faint" }, take.id.split("/").pop()), h("span", { class: "number" }, scores)),
      h("div", { class: "line small" }, h("i", { class: "dot" }), h("span", {}, take.doing || statusWord(take.status)), h("span", { class: "number faint" }, asides)),
      h("div", { class: "line small faint" }, take.findings[0] || (take.still && take.note) || take.model || ""));
    card.state = state;
    return card;
  }

  get cards() { return [...this.grid.querySelectorAll("a.card")]; }

  move(by) {
    const { cards } = this;
    const at = cards.indexOf(document.activeElement);
    cards[Math.max(0, Math.min(cards.length - 1, (at < 0 && by > 0 ? -1 : at) + by))]?.focus();
  }

  /** The card above or below, by where it lies on the screen. */
  row(by) {
    const { cards } = this;
    const here = document.activeElement.closest?.("a.card");
    if (!here) { this.move(1); return; }
    const box = here.getBoundingClientRect();
    const rows = cards.map((card) => [card, card.getBoundingClientRect()]).filter(([, each]) => (by > 0 ? each.top > box.top + 4 : each.top < box.top - 4));
    const top = by > 0 ? Math.min(...rows.map(([, each]) => each.top)) : Math.max(...rows.map(([, each]) => each.top));
    rows.filter(([, each]) => Math.abs(each.top - top) < 4).sort((a, b) => Math.abs(a[1].left - box.left) - Math.abs(b[1].left - box.left))[0]?.[0].focus();
  }

  waiting() {
    const waits = new Set(this.film.takes.filter((each) => each.waits).map((each) => each.id));
    const { cards } = this;
    const at = cards.indexOf(document.activeElement);
    (cards.find((card, i) => i > at && waits.has(card.dataset.take)) || cards.find((card) => waits.has(card.dataset.take)))?.focus();
  }
}

/** The takes that the filter lets through, as the film goes: by scene and shot, and what it does not know after them. */
function chosen(film) {
  const places = new Map(film.scenes.flatMap((scene) => scene.shots.map((shot) => `${scene.name}/${shot}`)).map((key, i) => [key, i]));
  const place = (each) => places.get(`${each.scene}/${each.shot}`) ?? places.size;
  return film.takes.filter((each) => !filter || (filter === "waits" ? each.waits : each.status === filter)).sort((a, b) => place(a) - place(b));
}

/** Ids in the order of the sheet, for going from take to take. */
export const order = (film) => chosen(film).map((each) => each.id);
