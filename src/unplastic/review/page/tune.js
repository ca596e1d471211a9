// Another finish for this take alone: turn, see the frame under it at once, have it made.

import { fill, h, toast } from "/page/dom.js";
import { get, post, Trouble } from "/page/api.js";

const REST_MS = 500;
let offered = null;
const WORDS = { "grain sigma_codes8": "grain", "grain size_px_1080": "grain size", "grain chroma_share": "grain colour",
  "texture strength": "texture", "texture pores": "pores", "texture mottling": "mottling of skin", "texture cloth": "weave of cloth", "soften strength": "soften" };

export class Tune {
  constructor(player) {
    this.player = player;
    this.box = h("section", { class: "tune", "aria-label": "Another finish", hidden: true });
    this.asked = 0;
  }

  get isOpen() { return !this.box.hidden; }

  async toggle(open = !this.isOpen) {
    this.box.hidden = !open;
    if (!open) { this.clear(); return; }
    offered ||= await get("/api/dials");
    this.build();
    this.box.querySelector("select").focus();
    this.see();
  }

  build() {
    const { take } = this.player;
    const was = take.wish || {};
    this.wish = { look: was.look || take.look || offered.looks[0].name, strength: was.strength ?? 1, pins: structuredClone(was.pins || {}) };
    const look = h("select", { "aria-label": "look", onchange: () => { this.wish.look = look.value; intent.textContent = intentOf(); this.see(); } },
      offered.looks.map((each) => h("option", { value: each.name, selected: each.name === this.wish.look }, each.name)));
    const intentOf = () => offered.looks.find((each) => each.name === look.value)?.intent || "";
    const intent = h("small", {}, intentOf());
    this.said = h("p", { class: "faint", role: "status" });
    fill(this.box, h("h2", {}, "Another finish, for this take", h("button", { class: "link", onclick: () => this.toggle(false) }, "close")),
      h("label", {}, "look", look), intent,
      this.slider("strength", 0, 1, this.wish.strength, (value) => { this.wish.strength = value; }),
      offered.dials.map((each) => this.dial(each)),
      this.said,
      h("div", { class: "row" }, h("button", { class: "main", onclick: () => this.finish() }, "Finish it so"),
        h("button", { onclick: () => { this.player.take = { ...this.player.take, wish: null }; this.build(); this.see(); } }, "As the look says")));
  }

  /** A parameter that is left to the measurement until somebody turns it. */
  dial(each) {
    const pinned = () => this.wish.pins[each.treatment]?.[each.name];
    const done = this.player.take.recipe.find((step) => step.name === each.treatment)?.values[each.name] ?? each.default;
    const set = (value) => {
      const pins = { ...this.wish.pins[each.treatment], [each.name]: value };
      if (value === null) delete pins[each.name];
      this.wish.pins[each.treatment] = pins;
      if (!Object.keys(pins).length) delete this.wish.pins[each.treatment];
    };
    const free = h("button", { class: "link", hidden: pinned() === undefined, title: "Let the measurement decide", onclick: () => { set(null); free.hidden = true; this.see(); } }, "auto");
    return this.slider(WORDS[`${each.treatment} ${each.name}`] || each.name, each.low, Math.min(each.high, 8), pinned() ?? done,
      (value) => { set(value); free.hidden = false; }, each.meaning, free);
  }

  slider(word, low, high, value, set, meaning = "", more = null) {
    const shown = h("output", {}, value.toFixed(2));
    const range = h("input", { type: "range", min: String(low), max: String(high), step: String((high - low) / 100), value: String(value), "aria-label": word, title: meaning,
      oninput: () => { const now = Number(range.value); shown.textContent = now.toFixed(2); set(now); this.see(); } });
    return h("label", { class: "slider" }, h("span", {}, word, more), range, shown);
  }

  /** The player rests at a frame: have ready what a still of it needs, so that the first turn of a dial is quick. */
  rest() {
    clearTimeout(this.resting);
    const { player } = this;
    if (this.isOpen || !player.take?.report) return;
    this.resting = setTimeout(() => {
      if (player.closed || this.isOpen || player.transport.isPlaying || document.visibilityState !== "visible") return;
      post("/api/still/ready", { take: player.take.id, frame: player.transport.frame }, { patient: false }).catch(() => {});
    }, REST_MS);
  }

  /** The frame under the wish; only the newest wish is waited for. */
  see() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.bring(), 120);
  }

  async bring() {
    const { player } = this;
    if (!this.isOpen || player.transport.isPlaying) return;
    const mine = ++this.asked;
    this.stop?.abort();
    this.stop = new AbortController();
    const frame = player.transport.frame;
    const began = performance.now();
    this.said.textContent = "…";
    try {
      const answer = await post("/api/still", { take: player.take.id, frame, wish: this.wish }, { raw: true, patient: false, signal: this.stop.signal });
      const [width, height] = ["x-width", "x-height"].map((name) => Number(answer.headers.get(name)));
      const pixels = new Uint8ClampedArray(await answer.arrayBuffer());
      if (mine !== this.asked || !this.isOpen || frame !== player.transport.frame) return;
      player.stage.preview = await createImageBitmap(new ImageData(pixels, width, height));
      player.stage.draw();
      player.scopes.draw(player.stage.preview, true);
      this.said.textContent = `frame ${frame} so, in ${((performance.now() - began) / 1000).toFixed(1)} s; a finish measures and corrects it`;
      this.box.dataset.frame = String(frame);
    } catch (trouble) {
      if (trouble.name !== "AbortError" && mine === this.asked) this.said.textContent = trouble instanceof Trouble ? `${trouble.message}: ${trouble.hint}` : "no connection";
    }
  }

  clear() {
    this.stop?.abort();
    if (this.player.stage.preview) { this.player.stage.preview = null; this.player.stage.draw(); }
  }

  async finish() {
    const { take } = this.player;
    try {
      const said = await post("/api/finish", { take: take.id, revision: take.revision, wish: this.wish });
      toast(said.works ? "It is being finished so; the page shows it when it is done" : "It waits for unplastic run or watch to finish it so");
      await this.toggle(false);
    } catch (trouble) {
      toast(`${trouble.message}: ${trouble.hint || ""}`, { kind: "bad", seconds: 10 });
    }
    await this.player.reload();
  }
}
