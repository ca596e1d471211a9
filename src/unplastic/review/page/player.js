// One take: the picture, its clock, and everything that can be asked of it.

import { fill, h, icon, toast } from "/page/dom.js";
import { get, on, post } from "/page/api.js";
import { keys } from "/page/keys.js";
import { openReel } from "/page/reel.js";
import { Transport } from "/page/transport.js";
import { boxMark, Stage } from "/page/stage.js";
import { KINDS, overlayOf } from "/page/overlays.js";
import { Scopes } from "/page/scopes.js";
import { Timeline } from "/page/timeline.js";
import { Sights } from "/page/sights.js";
import { Tune } from "/page/tune.js";
import { judge, note, panel, seenElsewhere } from "/page/panel.js";
import { rate, timecode } from "/page/timecode.js";

export class Player {
  constructor(id, neighbours) {
    this.id = id;
    this.neighbours = neighbours;
    this.sides = [{ take: id, side: "finished" }, { take: id, side: "raw" }];
    this.overlay = "";
    this.build();
    this.off = [keys("The take", this.keys()), on("changed", () => this.reload())];
    window.player = this;
  }

  build() {
    this.canvas = h("canvas", { class: "picture", role: "img", tabindex: "0", "aria-label": "picture" });
    this.scopeBox = h("div", { class: "scopes", hidden: true }, [["waveform", "waveform"], ["vectors", "vectorscope"], ["histogram", "histogram"]].map(([name, word]) => (
      h("figure", {}, h("canvas", { "data-scope": name, role: "img", "aria-label": word }), h("figcaption", { "aria-hidden": "true" }, word)))));
    this.banner = h("p", { class: "banner", role: "status" });
    this.legend = h("p", { class: "legend" });
    this.names = h("div", { class: "names" });
    this.clock = h("output", { class: "clock", "aria-label": "timecode" });
    this.counter = h("output", { class: "counter", "aria-label": "frame" });
    this.pace = h("span", { class: "pace faint" });
    this.bar = h("div", { class: "bar" });
    this.side = h("aside", { "aria-label": "About this take" });
    this.stage = new Stage(this.canvas, () => this.said());
    this.transport = new Transport((frame, pictures) => this.show(frame, pictures));
    this.timeline = new Timeline(this.transport);
    this.scopes = new Scopes(Object.fromEntries([...this.scopeBox.querySelectorAll("canvas")].map((each) => [each.dataset.scope, each])));
    this.tune = new Tune(this);
    this.panelBox = h("div", {});
    fill(this.side, this.tune.box, this.panelBox);
    this.element = h("div", { class: "player" },
      h("div", { class: "screen" }, h("div", { class: "view" }, this.canvas, this.names, this.banner, this.legend), this.scopeBox, this.timeline.canvas, this.bar),
      this.side);
  }

  async open() {
    await this.reload();
    return this.element;
  }

  close() {
    this.off.forEach((act) => act());
    this.sights?.flush();
    this.transport.direction = 0;
    this.sound?.pause();
    this.transport.reels.forEach((reel) => reel.close());
    this.stage.close();
    this.timeline.close();
    this.closed = true;
  }

  /** What the books say now; the picture stays where it is unless it was made anew. */
  async reload() {
    let take;
    try { take = await get(`/api/take?id=${encodeURIComponent(this.id)}`); }
    catch (trouble) {
      if (this.closed) return;
      this.gone = trouble.status === 409;
      this.transport.pause();
      this.shout(trouble.status === 409 ? `This take is not there any more. ${trouble.hint}` : trouble.message);
      return;
    }
    if (this.closed) return;
    const fresh = take.copies !== this.take?.copies || !this.take;
    this.take = take;
    if (fresh) await this.load();
    this.timeline.setTake(take);
    fill(this.panelBox, panel(take, this));
    this.buildBar();
    this.said();
  }

  async load() {
    const { take } = this;
    this.sights?.flush();
    this.sights = new Sights(take, (unseen, trouble) => this.wasSeen(unseen, trouble));
    this.transport.pause();
    this.transport.loop = null;
    const old = this.transport.reels;
    for (const each of [this.canvas, this.timeline.canvas, this.bar, this.names]) each.hidden = !take.copies;
    if (!take.copies) this.scopeBox.hidden = true;
    if (take.copies) {
      try { await this.loadSides(); } catch (trouble) { this.shout(`The copies cannot be read (${trouble.message}).`, "Make them again", () => this.makeCopies()); }
    } else this.transport.reels = [];
    if (!take.copies) this.stage.show([]);
    old.forEach((reel) => reel.close());
  }

  async loadSides() {
    const indices = new Map();
    const indexOf = async (take) => {
      if (!indices.has(take.id)) indices.set(take.id, await get(`/media/${take.copies}`));
      return indices.get(take.id);
    };
    const reels = [];
    for (const { take: id, side } of this.sides) {
      const take = id === this.take.id ? this.take : await get(`/api/take?id=${encodeURIComponent(id)}`);
      if (!take.copies) throw new Error(`${id} has none`);
      reels.push(await openReel(take.copies_files[side], (await indexOf(take))[side]));
    }
    if (this.closed) { reels.forEach((reel) => reel.close()); return; }
    this.index = (await indexOf(this.take)).finished;
    this.stage.setPicture(reels[0].width, reels[0].height, this.index.aspect[0] / this.index.aspect[1] || 1);
    const sounding = reels.find((reel) => reel.index.sound);
    this.sound?.pause();
    this.sound = sounding ? Object.assign(new Audio(`/media/${sounding.file}`), { preload: "auto", muted: this.muted === true }) : null;
    await this.transport.load(reels, this.sound);
  }

  show(frame, pictures) {
    this.stage.show(pictures);
    this.shownFrame = frame;
    const playing = this.transport.isPlaying;
    const own = this.sides.findIndex((each) => each.take === this.take.id && each.side === "finished");
    const box = playing && this.transport.direction === 1 && this.transport.speed === 1 && this.stage.isFull && !this.overlay && own >= 0
      && document.visibilityState === "visible" ? this.stage.visible(own) : null;
    this.sights.saw(frame, box);
    this.scopes.draw(this.scopeBox.hidden ? null : pictures[this.stage.front] || pictures[0], !playing);
    if (this.stage.preview) { this.stage.preview = null; this.stage.draw(); }
    if (!playing) { this.bringOverlay(); if (this.tune.isOpen) this.tune.see(); else this.tune.rest(); }
    else if (this.stage.overlay) { this.stage.overlay = null; this.stage.draw(); }
    this.told();
    this.timeline.draw();
  }

  told() {
    const { transport } = this;
    const fps = transport.main?.fps || 24;
    this.bar.classList.toggle("playing", transport.isPlaying);
    this.clock.textContent = timecode(transport.frame, fps);
    this.counter.textContent = `${transport.frame} / ${transport.last}`;
    const sign = transport.direction < 0 ? "−" : "";
    this.pace.textContent = transport.isPlaying && transport.reached ? `${sign}${transport.speed > 1 ? `${transport.speed}× ` : ""}${transport.reached.toFixed(1)} of ${rate(this.index.fps)} fps` : `${this.index ? rate(this.index.fps) : ""} fps`;
    this.canvas.setAttribute("aria-label", `${this.sides[this.stage.front].side} picture, frame ${transport.frame} of ${transport.last + 1}`);
  }

  /** The banner says when what is shown is not what will be delivered. */
  said() {
    if (!this.take || this.closed || this.gone) return;
    const { take, stage } = this;
    if (!take.copies) {
      const missing = take.finished ? "The copies that this page plays are not there." : take.status === "held" ? "Held: a person has to look at why, and there is nothing to play yet."
        : `${take.status === "making" ? "Still being made" : "Not finished"}: there is nothing to play yet.`;
      this.shout(missing, take.finished && "Make them", take.finished && (() => this.makeCopies()));
    } else if (this.transport.main) {
      const percent = stage.scale * 100;
      const small = !stage.isFull;
      const why = percent < 99.9 ? `Not full resolution: shown at ${percent.toFixed(0)} %. ` : `Not pixel for pixel: enlarged to ${percent.toFixed(0)} %. `;
      const enlarged = this.sides.some((each) => each.side === "raw") && this.transport.reels.find((reel) => reel.index.enlarged_from)?.index.enlarged_from;
      this.banner.className = small ? "banner small" : "banner";
      fill(this.banner, small ? h("span", {}, why) : h("span", { class: "faint" }, percent > 101 ? `${percent.toFixed(0)} %` : "1:1"),
        small && h("button", { onclick: () => stage.setZoom(1) }, "1:1", h("kbd", {}, "Z")),
        enlarged && stage.mode !== "single" && h("span", { class: "faint" }, ` · raw enlarged plainly from ${enlarged.join("×")}`),
        !this.transport.main.isExact && h("span", {}, " This browser cannot prove which picture it shows: judge in another."));
    }
    const names = this.sides.map((each) => `${each.take === take.id ? "" : `${each.take.split("/").pop()} `}${each.side}`);
    const two = { side: names, wipe: names, blink: [names[stage.front]], single: [names[stage.front]] }[stage.mode];
    fill(this.names, two.map((name) => h("span", {}, stage.preview && name === names[0] ? "preview" : name)));
    this.bar.querySelectorAll("[data-mode]").forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.mode === stage.mode)));
    this.bar.querySelectorAll("[data-zoom]").forEach((each) => each.setAttribute("aria-pressed", String(String(stage.zoom) === each.dataset.zoom)));
  }

  shout(text, label = "", act = null) {
    this.banner.className = "banner loud";
    fill(this.banner, h("span", {}, `${text} `), label && h("button", { onclick: act }, label));
  }

  buildBar() {
    const { transport, stage, take } = this;
    const button = (word, title, act, more = {}) => h("button", { title, "aria-label": typeof word === "string" ? null : title, onclick: act, ...more }, word);
    const row = (...groups) => h("div", { class: "rowline" }, groups);
    const others = take.siblings.filter((each) => each.copies);
    const pick = (i) => h("select", { "aria-label": i ? "compare with" : "shown", onchange: (event) => { const [id, side] = event.target.value.split("|"); this.sides[i] = { take: id, side }; this.load().then(() => this.said()); } },
      [[take.id, "finished"], [take.id, "raw"], ...others.flatMap((each) => [[each.id, "finished"], [each.id, "raw"]])].map(([id, side]) => (
        h("option", { value: `${id}|${side}`, selected: this.sides[i].take === id && this.sides[i].side === side }, `${id === take.id ? "" : `${id.split("/").pop()} `}${side}`))));
    fill(this.bar, row(
      h("div", { class: "group" }, this.clock, this.counter, this.pace),
      h("div", { class: "group", role: "group", "aria-label": "play" },
        button(icon("first"), "first frame (Home)", () => transport.step(-1e9)), button(icon("back"), "back a frame (left)", () => transport.step(-1)),
        button([icon("play"), icon("pause")], "play or pause (space)", () => transport.toggle(), { class: "wide" }),
        button(icon("on"), "on a frame (right)", () => transport.step(1)), button(icon("worst"), "the worst passage, at 1:1, again and again (W)", () => this.worst())),
      h("div", { class: "group", role: "group", "aria-label": "size" },
        [["fit", "fit"], ["1", "1:1"], ["2", "2:1"]].map(([zoom, word]) => button(word, `${word} (Z)`, () => stage.setZoom(zoom === "fit" ? "fit" : Number(zoom)), { "data-zoom": zoom })))), row(
      h("div", { class: "group", role: "group", "aria-label": "compare" }, pick(0),
        ["single", "wipe", "side", "blink"].map((mode) => button({ single: "one", wipe: "wipe", side: "side by side", blink: "blink" }[mode], `${mode} (${{ single: "A", wipe: "D", side: "S", blink: "B" }[mode]})`, () => stage.setMode(mode), { "data-mode": mode })), pick(1)),
      h("div", { class: "group" },
        h("select", { "aria-label": "overlay", onchange: (event) => this.setOverlay(event.target.value) }, KINDS.map(([kind, word]) => h("option", { value: kind, selected: kind === this.overlay }, word))),
        button("scopes", "scopes (V)", () => this.toggleScopes(), { "aria-pressed": String(!this.scopeBox.hidden) }),
        button("tune", "another finish (T)", () => this.tune.toggle(), { disabled: !take.finished }),
        button(this.sound ? (this.muted ? "sound off" : "sound on") : "silent", "sound (M)", () => this.mute(), { disabled: !this.sound }))));
    this.told();
  }

  keys() {
    const { transport, stage } = this;
    const cycle = () => { const names = KINDS.map(([kind]) => kind); this.setOverlay(names[(names.indexOf(this.overlay) + 1) % names.length]); };
    return [
      ["Space", "play, pause", () => transport.toggle()], ["K", "pause", () => transport.pause()],
      ["L", "play; again: faster", () => transport.play(1)], ["J", "play backwards; again: faster", () => transport.play(-1)],
      ["ArrowRight", "on a frame", () => transport.step(1)], ["ArrowLeft", "back a frame", () => transport.step(-1)],
      ["Shift+ArrowRight", "on ten frames", () => transport.step(10)], ["Shift+ArrowLeft", "back ten frames", () => transport.step(-10)],
      ["Home", "first frame", () => transport.step(-1e9)], ["End", "last frame", () => transport.step(1e9)],
      ["ArrowDown / PageDown", "next take", () => this.neighbours(1)], ["ArrowUp / PageUp", "take before", () => this.neighbours(-1)],
      ["1", "approve", () => this.judge("approve")], ["2", "to be fixed", () => this.judge("fix")], ["3", "reject", () => this.judge("reject")],
      ["U / Ctrl+Z", "take the verdict back", () => this.judge("undo")],
      ["W", "the worst passage, at 1:1, again and again", () => this.worst()],
      ["Z", "fit, or one pixel for one", () => stage.setZoom(stage.zoom === "fit" ? 1 : "fit")],
      ["A", "one picture; again: the other", () => this.single()], ["S", "side by side", () => stage.setMode("side")],
      ["D", "wipe", () => stage.setMode("wipe")], ["B", "blink", () => stage.setMode("blink")],
      ["[", "loop from here", () => this.loop(0)], ["]", "loop to here", () => this.loop(1)], ["\\", "no loop", () => { transport.setLoop(null); this.timeline.draw(); }],
      ["N", "note on this frame", () => this.note()], ["O", "next overlay", cycle], ["V", "scopes", () => this.toggleScopes()],
      ["T", "another finish", () => this.take?.finished && this.tune.toggle()], ["M", "sound", () => this.mute()],
      ["Escape", "close the finish, or back to the sheet", () => { if (this.tune.isOpen) this.tune.toggle(false); else location.hash = "#/"; }],
    ];
  }

  single() {
    if (this.stage.mode === "single") { this.stage.front = 1 - this.stage.front; this.stage.draw(); this.said(); } else this.stage.setMode("single");
  }

  loop(end) {
    const { transport } = this;
    const [start, stop] = transport.loop || [0, transport.last + 1];
    transport.setLoop(end ? [Math.min(start, transport.frame), transport.frame + 1] : [transport.frame, Math.max(stop, transport.frame + 1)]);
    this.timeline.draw();
  }

  /** Play the next passage that was not seen, or the worst one again. */
  worst() { if (this.take?.passages.length) this.passage(this.take.unseen[0] ?? 0); }

  async passage(i) {
    const each = this.take.passages[i];
    this.setOverlay("");
    if (this.tune.isOpen) this.tune.toggle(false);
    if (this.stage.mode !== "single") this.stage.setMode("single");
    if (this.sides[0].take !== this.take.id || this.sides[0].side !== "finished") { this.sides[0] = { take: this.take.id, side: "finished" }; await this.load(); this.buildBar(); }
    this.stage.front = 0;
    this.stage.marks = [boxMark(each, each.what === "middle" ? "" : `${each.what === "frame" ? "detail" : each.what}`, "#ff9d4d")];
    this.stage.setZoom(1, [each.x + each.width / 2, each.y + each.height / 2]);
    this.transport.pause();
    this.transport.setLoop([each.start, each.stop]);
    await this.transport.seek(each.start);
    setTimeout(() => { this.stage.marks = []; }, 1200);
    this.transport.play(1);
  }

  async jump(frame, box, text, side = "finished") {
    this.transport.pause();
    this.transport.setLoop(null);
    this.stage.front = this.stage.mode === "single" && side === this.sides[1].side && this.sides[1].take === this.take.id ? 1 : 0;
    this.stage.marks = box ? [boxMark(box, text.length > 40 ? `${text.slice(0, 38)}…` : text, "#ff9d4d")] : [];
    if (box) this.stage.setZoom(Math.max(1, this.stage.isFull ? this.stage.scale : 1), [box.x + box.width / 2, box.y + box.height / 2]);
    if (frame !== null) await this.transport.seek(frame);
    this.said();
    clearTimeout(this.unmark);
    this.unmark = setTimeout(() => { this.stage.marks = []; this.stage.draw(); }, 6000);
  }

  async wasSeen(unseen, trouble) {
    if (this.closed) return;
    if (trouble) { toast(`${trouble.message}: ${trouble.hint}`, { kind: "bad" }); return; }
    if (unseen.length === this.take.unseen.length) return;
    this.take = { ...this.take, unseen };
    toast(unseen.length ? "Seen at 1:1; one more passage" : "The worst passages were seen at 1:1: the gate is open");
    if (unseen.length) this.passage(unseen[0]);
    this.timeline.setTake(this.take);
    fill(this.panelBox, panel(this.take, this));
  }

  seenElsewhere() { return seenElsewhere(this.take, () => this.reload()); }

  judge(kind) { return this.take && judge(this.take, kind, () => this.reload()); }

  note() {
    if (!this.take?.copies) return;
    this.transport.pause();
    const side = this.sides[this.stage.front];
    const box = this.stage.isFull ? this.stage.visible(this.stage.front) : null;
    const whole = !box || (box.width >= this.stage.size[0] - 1 && box.height >= this.stage.size[1] - 1);
    note(this.take, side.side, this.transport.frame, whole ? null : box, this.take.finished, () => this.reload());
  }

  async takeBack(each) {
    await post("/api/note/back", { id: each.id });
    toast("The note was taken back", { label: "Put it there again", act: async () => { await post("/api/note/back", { id: each.id, gone: false }); this.reload(); } });
    await this.reload();
  }

  async makeCopies() {
    try {
      const said = await post("/api/copies", { take: this.take.id });
      toast(said.works ? "They are being made" : "They wait for unplastic run or watch");
    } catch (trouble) { toast(`${trouble.message}: ${trouble.hint}`, { kind: "bad" }); }
  }

  setOverlay(kind) {
    this.overlay = kind;
    this.bar.querySelector("select[aria-label=overlay]").value = kind;
    this.bringOverlay();
  }

  async bringOverlay() {
    this.asking?.abort();
    this.legend.textContent = "";
    if (!this.overlay || this.transport.isPlaying) { if (this.stage.overlay) { this.stage.overlay = null; this.stage.draw(); } return; }
    const wanted = [this.overlay, this.transport.frame];
    this.asking = new AbortController();
    this.legend.textContent = "measuring …";
    const side = this.sides[0];
    try {
      const found = await overlayOf(side.take, this.take.finished, side.side, wanted[1], wanted[0], this.asking.signal);
      if (wanted[0] !== this.overlay || wanted[1] !== this.transport.frame) return;
      this.stage.overlay = found;
      this.legend.textContent = found.why || `${KINDS.find(([kind]) => kind === wanted[0])[1]}: ${found.legend}`;
      this.legend.dataset.frame = String(wanted[1]);
      this.stage.draw();
    } catch (trouble) { if (trouble.name !== "AbortError") this.legend.textContent = `${trouble.message}`; }
  }

  toggleScopes() {
    if (!this.take?.copies) return;
    this.scopeBox.hidden = !this.scopeBox.hidden;
    this.buildBar();
    requestAnimationFrame(() => this.scopes.draw(this.stage.pictureOf(this.stage.front), true));
  }

  mute() {
    this.muted = !this.muted;
    if (this.sound) this.sound.muted = this.muted;
    this.buildBar();
  }
}
