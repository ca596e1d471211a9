// The film: its order, its money, its agents, and what waits for a person.

import { h, score, usd } from "/page/dom.js";
import { statusWord } from "/page/panel.js";

export function filmPage(film) {
  const waits = film.takes.filter((each) => each.waits);
  const best = new Map();
  for (const each of film.takes) {
    const key = `${each.scene}/${each.shot}`;
    const now = best.get(key);
    if (!now || rank(each) > rank(now) || (rank(each) === rank(now) && each.changed_s >= now.changed_s)) best.set(key, each);
  }
  const shots = film.scenes.length ? film.scenes.flatMap((scene) => scene.shots.map((shot) => [scene.name, shot])) : [...new Set(film.takes.map((each) => `${each.scene}/${each.shot}`))].map((key) => key.split("/"));
  const done = [...best.values()].filter((each) => each.status === "approved").length;
  return h("div", { class: "page film" },
    h("div", { class: "figures" }, figure(`${done} of ${shots.length}`, "shots approved"), figure(String(waits.length), "wait for you"),
      figure(usd(film.spent_usd), !film.budget_usd ? "spent" : `spent of ${usd(film.budget_usd)}`)),
    h("section", { "aria-label": "In order" }, h("h2", {}, "In order"), h("ol", { class: "strip" }, shots.map(([scene, shot]) => {
      const take = best.get(`${scene}/${shot}`);
      return h("li", { class: take?.status || "none" }, h("a", { href: take ? `#/take/${encodeURIComponent(take.id)}` : "#/" },
        take?.still ? h("img", { src: `/media/${take.still}`, alt: "", loading: "lazy" }) : h("span", { class: "noframe" }),
        h("span", {}, shot), h("span", { class: "faint" }, take ? [statusWord(take.status), take.seconds && `${take.seconds.toFixed(1)} s`].filter(Boolean).join(" · ") : "no take")));
    }))),
    h("div", { class: "columns" },
      h("section", { "aria-label": "What waits" }, h("h2", {}, "What waits"), waits.length ? h("ul", { class: "plain waits" }, waits.slice(0, 200).map((each) => h("li", {}, h("a", { href: `#/take/${encodeURIComponent(each.id)}` }, each.id), h("span", { class: "faint block" }, [each.status === "held" && "held", each.note || (each.after !== null && `plasticity ${score(each.after)}`) || statusWord(each.status)].filter(Boolean).join(": "))))) : h("p", { class: "faint" }, "Nothing.")),
      h("section", { "aria-label": "Spend" }, h("h2", {}, "Spend"), Object.entries(film.spend.by).map(([by, sums]) => Object.keys(sums).length > 0 && table(`by ${by}`, Object.entries(sums).map(([name, value]) => [name || "nobody said", usd(value)]))),
        film.spend.orders.length === 0 && h("p", { class: "faint" }, "Nothing was ordered.")),
      h("section", { "aria-label": "Agents" }, h("h2", {}, "Agents"), table("", film.agents.map((each) => [each.name, doing(each)]))),
      h("section", { "aria-label": "Hand over" }, h("h2", {}, "Hand over"), h("ul", { class: "plain" }, [["/export/notes.csv", "notes as CSV"], ["/export/verdicts.csv", "verdicts with readings as CSV"], ["/export/markers.otio", "notes as markers, OpenTimelineIO"], ["/export/markers.edl", "notes as markers, EDL"]].map(([href, word]) => h("li", {}, h("a", { href, download: "" }, word)))))));
}

/** An approved take stands for its shot, else one that may still become it, else what was given up. */
const rank = (each) => (each.status === "approved" ? 2 : ["rejected", "failed", "cancelled"].includes(each.status) ? 0 : 1);

const doing = (each) => {
  const counts = [[each.in_hand, "in hand"], [each.waiting, "waiting"], [each.held, "held"], [each.done, "done"]].filter(([count]) => count);
  return [each.paused && "rests", ...counts.map(([count, word]) => `${count} ${word}`)].filter(Boolean).join(", ") || "nothing yet";
};

const figure = (value, word) => h("p", { class: "figure" }, h("b", {}, value), h("span", { class: "faint" }, word));

const table = (title, rows) => h("table", { class: "sums" }, title && h("caption", {}, title), h("tbody", {}, rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))));
