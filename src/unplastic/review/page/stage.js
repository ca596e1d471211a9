// The picture, or two of them: pixel for pixel or fitted, wiped, side by side, blinking. Knows what was really shown.

export const MODES = ["single", "wipe", "side", "blink"];
const BLINK_MS = 600;

export class Stage {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.context = canvas.getContext("2d", { alpha: false });
    this.size = [1, 1];
    this.aspect = 1;
    this.pictures = [null, null];
    this.mode = "single";
    this.front = 0;
    this.wipe = 0.5;
    this.zoom = "fit";
    this.centre = null;
    this.overlay = null;
    this.marks = [];
    this.preview = null;
    this.watchSize();
    this.listen();
  }

  /** The size of what is shown, in pixels; `aspect` is that of one pixel. */
  setPicture(width, height, aspect = 1) {
    if (this.size[0] !== width || this.size[1] !== height) this.centre = null;
    this.size = [width, height];
    this.aspect = aspect;
    this.draw();
  }

  show(pictures) { this.pictures = [pictures[0] || null, pictures[1] || null]; this.draw(); }

  setMode(mode) {
    this.mode = mode;
    clearInterval(this.blinking);
    this.front = 0;
    if (mode === "blink") this.blinking = setInterval(() => { this.front = 1 - this.front; this.draw(); this.changed(); }, BLINK_MS);
    this.draw();
    this.changed();
  }

  setZoom(zoom, centre = null) {
    this.zoom = zoom;
    if (centre) this.centre = centre;
    if (zoom === "fit") this.centre = null;
    this.draw();
    this.changed();
  }

  /** Screen pixels for one pixel of the picture. */
  get scale() {
    const [paneWidth] = this.pane(0).slice(2);
    const paneHeight = this.canvas.height;
    if (this.zoom !== "fit") return this.zoom;
    return Math.min(paneWidth / (this.size[0] * this.aspect), paneHeight / this.size[1]);
  }

  /** One pixel of the picture is one of the screen, or a whole number of them: nothing is interpolated. */
  get isFull() { const { scale } = this; return scale >= 0.9999 && Math.abs(scale - Math.round(scale)) < 1e-6; }

  /** [x, y, width, height] on the canvas of what side 0 or 1 is drawn in. */
  pane(side) {
    const { width, height } = this.canvas;
    if (this.mode !== "side") return [0, 0, width, height];
    const half = Math.floor(width / 2);
    return side === 0 ? [0, 0, half - 1, height] : [half + 1, 0, width - half - 1, height];
  }

  /** Where the picture's corner lies in a pane, to whole pixels of the screen. */
  origin(pane) {
    const [x, y, width, height] = pane;
    const scale = this.scale;
    const shown = [this.size[0] * scale * (this.zoom === "fit" ? this.aspect : 1), this.size[1] * scale];
    const centre = this.centre || [this.size[0] / 2, this.size[1] / 2];
    const at = (start, room, full, middle) => {
      if (full <= room) return Math.round(start + (room - full) / 2);
      return Math.round(Math.max(start + room - full, Math.min(start, start + room / 2 - middle * scale)));
    };
    return [at(x, width, shown[0], centre[0]), at(y, height, shown[1], centre[1]), ...shown];
  }

  /** The part of the picture of `side` that can be seen now, in its pixels; null where it is hidden. */
  visible(side) {
    if (this.preview && side === 0) return null;
    if ((this.mode === "single" || this.mode === "blink") && this.front !== side) return null;
    const pane = this.pane(side);
    let [left, top, width, height] = pane;
    if (this.mode === "wipe") {
      const cut = Math.round(this.canvas.width * this.wipe);
      if (side === 0) width = cut; else { left = cut; width = this.canvas.width - cut; }
    }
    const [x, y, fullWidth, fullHeight] = this.origin(pane);
    const scale = this.scale;
    const x0 = Math.max(left, x);
    const y0 = Math.max(top, y);
    const x1 = Math.min(left + width, x + fullWidth);
    const y1 = Math.min(top + height, y + fullHeight);
    if (x1 <= x0 || y1 <= y0) return null;
    return { x: Math.ceil((x0 - x) / scale), y: Math.ceil((y0 - y) / scale),
      width: Math.floor((x1 - x0) / scale), height: Math.floor((y1 - y0) / scale) };
  }

  /** Pixel of the picture under a point of the page; null beside it. */
  pixelAt(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.canvas.width / box.width;
    const point = [(clientX - box.left) * ratio, (clientY - box.top) * ratio];
    const side = this.mode === "side" && point[0] > this.canvas.width / 2 ? 1 : 0;
    const [x, y] = this.origin(this.pane(side));
    const pixel = [Math.floor((point[0] - x) / this.scale), Math.floor((point[1] - y) / this.scale)];
    const inside = pixel.every((value, axis) => value >= 0 && value < this.size[axis]);
    return inside ? { x: pixel[0], y: pixel[1], side } : null;
  }

  draw() {
    const { context, canvas } = this;
    context.fillStyle = getComputedStyle(canvas).getPropertyValue("--surround") || "#2b2b2b";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (this.mode === "side") { this.paint(0, this.pane(0)); this.paint(1, this.pane(1)); }
    else if (this.mode === "wipe") {
      const cut = Math.round(canvas.width * this.wipe);
      this.paint(0, [0, 0, cut, canvas.height], this.pane(0));
      this.paint(1, [cut, 0, canvas.width - cut, canvas.height], this.pane(0));
      context.fillStyle = "#fff";
      context.fillRect(cut - 1, 0, 2, canvas.height);
      context.fillStyle = "#000";
      context.fillRect(cut + 1, 0, 1, canvas.height);
    } else this.paint(this.front, this.pane(0));
  }

  /** What is drawn of a side; a picture that its reel has let go of since is none. */
  pictureOf(side) {
    const picture = (side === 0 && this.preview) || this.pictures[side];
    return picture && picture.format !== null && picture.width !== 0 ? picture : null;
  }

  paint(side, clip, pane = clip) {
    const picture = this.pictureOf(side);
    const { context } = this;
    const place = this.origin(pane);
    context.save();
    context.beginPath();
    context.rect(...clip);
    context.clip();
    context.imageSmoothingEnabled = !this.isFull;
    context.imageSmoothingQuality = "high";
    if (picture) context.drawImage(picture, ...place);
    if (side === 0) this.paintOverlay(place);
    context.restore();
  }

  paintOverlay(place) {
    const { context } = this;
    if (this.overlay?.picture) {
      context.imageSmoothingEnabled = this.overlay.soft === true;
      const [width, height] = this.overlay.cover;
      context.drawImage(this.overlay.picture, place[0], place[1], width * (place[2] / this.size[0]), height * (place[3] / this.size[1]));
    }
    for (const mark of [...this.marks, ...(this.overlay?.marks || [])]) mark(context, place, place[2] / this.size[0]);
  }

  watchSize() {
    const resized = (width, height) => {
      this.canvas.width = Math.max(1, width);
      this.canvas.height = Math.max(1, height);
      this.draw();
      this.changed();
    };
    this.watcher = new ResizeObserver(([entry]) => {
      const exact = entry.devicePixelContentBoxSize?.[0];
      if (exact) resized(exact.inlineSize, exact.blockSize);
      else resized(Math.round(entry.contentRect.width * devicePixelRatio), Math.round(entry.contentRect.height * devicePixelRatio));
    });
    try { this.watcher.observe(this.canvas, { box: "device-pixel-content-box" }); } catch { this.watcher.observe(this.canvas); }
  }

  listen() {
    const { canvas } = this;
    let last = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.defaultPrevented) return;
      canvas.setPointerCapture(event.pointerId);
      last = [event.clientX, event.clientY];
      if (this.mode === "wipe") this.wipeTo(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      if (this.mode === "wipe" && !event.shiftKey) this.wipeTo(event);
      else this.pan(event.clientX - last[0], event.clientY - last[1]);
      last = [event.clientX, event.clientY];
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { last = null; });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.setZoom(event.deltaY < 0 ? Math.min(8, Math.max(1, this.scale * 2)) : this.scale > 1 ? this.scale / 2 : "fit");
      else this.pan(-event.deltaX, -event.deltaY);
    }, { passive: false });
  }

  wipeTo(event) {
    const box = this.canvas.getBoundingClientRect();
    this.wipe = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    this.draw();
    this.changed();
  }

  pan(byX, byY) {
    const ratio = (this.canvas.width / this.canvas.getBoundingClientRect().width) / this.scale;
    const [, , width, height] = this.pane(0);
    const half = [width / 2 / this.scale, height / 2 / this.scale];
    const centre = this.centre || [this.size[0] / 2, this.size[1] / 2];
    this.centre = [centre[0] - byX * ratio, centre[1] - byY * ratio].map((value, axis) => (
      Math.max(Math.min(half[axis], this.size[axis] / 2), Math.min(this.size[axis] - Math.min(half[axis], this.size[axis] / 2), value))));
    this.draw();
    this.changed();
  }

  close() { clearInterval(this.blinking); this.watcher.disconnect(); }
}

/** A box with a word on it, for places, passages and notes. */
export function boxMark(box, text, colour) {
  return (context, place, scale) => {
    const [x, y] = [place[0] + box.x * scale, place[1] + box.y * scale];
    context.strokeStyle = "#000a";
    context.lineWidth = 3;
    context.strokeRect(x, y, box.width * scale, box.height * scale);
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.strokeRect(x, y, box.width * scale, box.height * scale);
    if (text) label(context, text, x, y, colour);
  };
}

export function label(context, text, x, y, colour) {
  const size = 12 * devicePixelRatio;
  context.font = `${size}px ui-monospace, monospace`;
  const width = context.measureText(text).width + size;
  context.fillStyle = "#000c";
  context.fillRect(x, y - size * 1.5, width, size * 1.5);
  context.fillStyle = colour;
  context.fillText(text, x + size / 2, y - size * 0.4);
}
