// Which view is open, and the line to the server.

import { fill, h, toast } from "/page/dom.js";
import { get, hello, listen, on, post, viewer } from "/page/api.js";
import { help, keys } from "/page/keys.js";
import { order, Sheet } from "/page/sheet.js";

const main = document.getElementById("main");
const top = document.getElementById("top");
let film = null;
let view = null;
let turn = 0;

async function open() {
  const mine = ++turn;
  view?.close?.();
  view = null;
  const [kind, name] = location.hash.slice(2).split(/\/(.*)/s).map((part) => decodeURIComponent(part || ""));
  document.body.dataset.view = kind || "sheet";
  try {
    film ||= await get("/api/film");
    let element;
    if (kind === "take") {
      const { Player } = await import("/page/player.js");
      const player = new Player(name, (by) => neighbour(name, by));
      if (mine !== turn) { player.close(); return; }
      view = player;
      fill(main, player.element);
      await player.open();
      element = player.element;
    } else if (kind === "scene") element = await (await import("/page/scene.js")).scenePage(name);
    else if (kind === "film") element = (await import("/page/film.js")).filmPage(film);
    else { view = new Sheet(film); element = view.element; }
    if (mine !== turn) return;
    if (element.parentNode !== main) fill(main, element);
    document.title = `${name || kind || "Review"} · ${film.title}`;
    heading(kind);
    main.dataset.ready = kind || "sheet";
  } catch (trouble) {
    if (mine === turn) fill(main, h("p", { class: "empty" }, `${trouble.message}. ${trouble.hint || ""}`));
  }
}

function neighbour(id, by) {
  const ids = order(film);
  const next = ids[ids.indexOf(id) + by];
  if (next) location.hash = `#/take/${encodeURIComponent(next)}`;
  else toast(by > 0 ? "That was the last take" : "That was the first take");
}

function heading(kind) {
  const waits = film.takes.filter((each) => each.waits).length;
  const link = (to, word, on_) => h("a", { href: to, "aria-current": on_ ? "page" : null }, word);
  fill(top, h("h1", {}, h("a", { href: "#/" }, film.title)),
    h("nav", { "aria-label": "Views" }, link("#/", waits ? `Takes · ${waits} wait` : "Takes", !kind || kind === "take"), link("#/film", "Film", kind === "film"),
      film.scenes.length > 0 && h("select", { "aria-label": "scene", onchange: (event) => { if (event.target.value) location.hash = `#/scene/${encodeURIComponent(event.target.value)}`; } },
        h("option", { value: "" }, "Scenes"), film.scenes.map((each) => h("option", { value: each.name, selected: decodeURIComponent(location.hash) === `#/scene/${each.name}` }, each.name)))),
    h("span", { id: "line", class: "line-lost", role: "alert", hidden: connected }, "No connection: nothing is lost, it is tried again"),
    h("button", { class: "quiet", title: "your name, for verdicts and notes", onclick: rename }, viewer().name),
    h("button", { class: "quiet", title: "light or dark surround", "aria-label": "light or dark surround", onclick: theme }, "◐"),
    h("button", { class: "quiet", title: "keys", "aria-label": "keys", onclick: help }, "?"));
}

let connected = true;
function line(up) {
  const was = connected;
  connected = up;
  const box = document.getElementById("line");
  if (box) box.hidden = up;
  if (up && !was) refresh();
}

async function refresh() {
  try {
    film = await get("/api/film");
    if (view instanceof Sheet) view.update(film);
    else if (location.hash.startsWith("#/film")) open();
    heading(location.hash.slice(2).split("/")[0]);
  } catch (trouble) {
    if (trouble.status === 401) toast(`${trouble.message}: ${trouble.hint}`, { kind: "bad", seconds: 60 });
  }
}

async function rename() {
  const name = prompt("Your name, for verdicts and notes", viewer().name);
  if (!name?.trim()) return;
  await post("/api/me", { name: name.trim() });
  await hello();
  heading(location.hash.slice(2).split("/")[0]);
}

function theme() {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark").trim() === "1";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
  view?.stage?.draw();
  view?.timeline?.draw();
}

const kept = localStorage.getItem("theme");
if (kept) document.documentElement.dataset.theme = kept;
keys("Everywhere", [["?", "these keys", help], ["Escape", "back to the sheet", () => { location.hash = "#/"; }]]);
on("line", line);
on("changed", refresh);
window.addEventListener("hashchange", open);
await hello();
listen();
await open();
