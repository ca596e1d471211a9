// The strip below the picture: flicker along the clip, the passages that have to be seen, notes, and where we are.

import { h } from "/page/dom.js";
import { timecode } from "/page/timecode.js";

export class Timeline {
  constructor(transport) {
    this.transport = transport;
    this.canvas = h("canvas", { class: "timeline", tabindex: "0", role: "slider", "aria-label": "frame", "aria-valuemin": "0" });
    this.take = null;
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.canvas);
    const seek = (event) => {
      const box = this.canvas.getBoundingClientRect();
      transport.seek(Math.round(((event.clientX - box.left) / box.width) * (transport.last + 1) - 0.5));
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      transport.pause();
      seek(event);
    });
    this.canvas.addEventListener("pointermove", (event) => { if (event.buttons & 1) seek(event); });
  }

  setTake(take) { this.take = take; this.draw(); }

  draw() {
    const { canvas, transport, take } = this;
    const ratio = devicePixelRatio;
    const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map((value) => Math.max(1, Math.round(value)));
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    const context = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    const count = transport.last + 1;
    const x = (frame) => (frame / count) * width;
    context.clearRect(0, 0, width, height);
    context.fillStyle = colour("--well");
    context.fillRect(0, 0, width, height);
    if (take) {
      take.passages.forEach((each, i) => {
        context.fillStyle = colour(take.unseen.includes(i) ? "--passage" : "--passage-seen");
        context.fillRect(x(each.start), 0, Math.max(2, x(each.stop) - x(each.start)), height);
      });
      this.curve(context, take.curve, x, height, colour("--curve"));
      context.fillStyle = colour("--note");
      for (const each of take.remarks) context.fillRect(x(each.frame + 0.5) - 2 * ratio, 0, 4 * ratio, 7 * ratio);
      context.fillStyle = colour("--fault");
      for (const each of take.findings) if (each.frame !== null) context.fillRect(x(each.frame + 0.5) - ratio, height - 7 * ratio, 2 * ratio, 7 * ratio);
    }
    if (transport.loop) {
      context.strokeStyle = colour("--accent");
      context.lineWidth = 2 * ratio;
      const [start, stop] = transport.loop;
      context.strokeRect(x(start), ratio, x(stop) - x(start), height - 2 * ratio);
    }
    context.fillStyle = colour("--ink");
    context.fillRect(Math.round(x(transport.frame + 0.5)) - ratio, 0, 2 * ratio, height);
    canvas.setAttribute("aria-valuemax", String(transport.last));
    canvas.setAttribute("aria-valuenow", String(transport.frame));
    canvas.setAttribute("aria-valuetext", `frame ${transport.frame} of ${count}, ${timecode(transport.frame, transport.main?.fps || 24)}`);
  }

  curve(context, points, x, height, colour) {
    if (points.length < 2) return;
    const top = Math.max(1, ...points.map((each) => each[1]));
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.beginPath();
    points.forEach(([frame, codes], i) => context[i ? "lineTo" : "moveTo"](x(frame + 1.5), height - 2 - (codes / top) * (height - 6)));
    context.stroke();
  }

  close() { this.watcher.disconnect(); }
}
