// The same film through a video element, for browsers that do not hand out single pictures: a seek to the middle of a
// picture's time shows that picture, and what was presented says itself which one it was.

import { Timed } from "/page/reel.js";

const KEPT = 24;

export class VideoReel extends Timed {
  constructor(file, index) {
    super(file, index);
    this.isExact = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
    this.pictures = new Map();
    this.video = Object.assign(document.createElement("video"), { src: `/media/${file}`, muted: true, preload: "auto", playsInline: true });
    this.line = Promise.resolve();
    this.decoded = 0;
  }

  get(number) { return this.pictures.get(number) || null; }

  async frame(number) {
    const work = this.line.then(() => this.get(number) || this.seek(number));
    this.line = work.catch(() => {});
    return work;
  }

  want(number, direction = 1) {
    if (this.asked) return;
    const next = this.clamp(number + direction);
    if (this.get(next)) return;
    this.asked = this.frame(next).finally(() => { this.asked = null; });
  }

  async seek(number) {
    const middle = (this.start[number] + (this.start[number + 1] ?? this.end)) / 2;
    const presented = this.isExact && new Promise((done) => this.video.requestVideoFrameCallback((_, data) => done(data.mediaTime)));
    const sought = new Promise((done) => this.video.addEventListener("seeked", done, { once: true }));
    if (this.video.readyState < 1) await new Promise((done) => this.video.addEventListener("loadedmetadata", done, { once: true }));
    this.video.currentTime = middle;
    await sought;
    const time = presented ? await Promise.race([presented, new Promise((done) => setTimeout(() => done(null), 400))]) : null;
    const shown = time === null ? number : this.frameAt(time + 1e-4);
    const picture = await createImageBitmap(this.video);
    this.keep(shown, picture);
    return this.get(number);
  }

  keep(number, picture) {
    this.decoded += 1;
    this.pictures.get(number)?.close();
    this.pictures.set(number, picture);
    if (this.pictures.size > KEPT) {
      const first = this.pictures.keys().next().value;
      this.pictures.get(first).close();
      this.pictures.delete(first);
    }
  }

  close() {
    this.pictures.forEach((picture) => picture.close());
    this.pictures.clear();
    this.video.removeAttribute("src");
    this.video.load();
  }
}
