// A film as numbered pictures. Picture N is decoded from the bytes of picture N; no time is sought, so none can be off.

import { frameAt, times } from "/page/timecode.js";

const MEMORY_BYTES = 320e6;
const BYTES_KEPT = 48e6;

/** Open a copy: by WebCodecs where the browser has it, else through a video element. */
export async function openReel(file, index) {
  if (typeof VideoDecoder === "function") {
    const config = configuration(index);
    const support = await VideoDecoder.isConfigSupported(config).catch(() => ({ supported: false }));
    if (support.supported) return new CodecReel(file, index, config);
  }
  const { VideoReel } = await import("/page/videoreel.js");
  return new VideoReel(file, index);
}

function configuration(index) {
  const config = { codec: index.codec, codedWidth: index.width, codedHeight: index.height,
    hardwareAcceleration: "prefer-software", optimizeForLatency: true };
  if (index.record) config.description = Uint8Array.from(index.record.match(/../g), (pair) => parseInt(pair, 16));
  return config;
}

/** What both kinds of reel know: how many pictures, when each is shown. */
export class Timed {
  constructor(file, index) {
    this.file = file;
    this.index = index;
    this.count = index.pictures.length;
    this.width = index.width;
    this.height = index.height;
    this.fps = index.fps[0] / index.fps[1];
    const { start, end } = times(index);
    this.start = start;
    this.end = end;
  }

  frameAt(seconds) { return frameAt(this.start, seconds); }
  clamp(number) { return Math.max(0, Math.min(this.count - 1, number)); }
}

class CodecReel extends Timed {
  constructor(file, index, config) {
    super(file, index);
    this.isExact = true;
    this.config = config;
    this.pictures = new Map();
    this.groups = [];
    index.pictures.forEach((row, number) => { if (row[3]) this.groups.push(number); });
    this.most = Math.max(30, Math.floor(MEMORY_BYTES / (index.width * index.height * 1.5)));
    const longest = Math.max(...this.groups.map((first, g) => (this.groups[g + 1] ?? this.count) - first));
    this.most = Math.min(this.most, Math.max(2 * longest + 2, 30) * 2);
    if (index.width * index.height > 9e6) this.most = longest + 2;
    this.bytes = new Map();
    this.loading = new Map();
    this.line = Promise.resolve();
    this.closed = false;
    this.centre = 0;
    this.decoded = 0;
  }

  /** The picture, if it is here. */
  get(number) { return this.pictures.get(number) || null; }

  /** The picture, as soon as it is decoded. */
  async frame(number) {
    this.centre = number;
    for (let turn = 0; turn < 3 && !this.closed; turn += 1) {
      const found = this.get(number);
      if (found) return found;
      await this.load(this.groupOf(number));
    }
    return this.get(number);
  }

  /** Have what comes next ready; `direction` is 1 or -1. */
  want(number, direction = 1) {
    this.centre = number;
    const group = this.groupOf(number);
    if (!this.get(number)) this.load(group);
    const next = group + direction;
    if (next >= 0 && next < this.groups.length) {
      const first = direction > 0 ? this.groups[next] : this.groups[next + 1] - 1;
      if (!this.get(first) && Math.abs(first - number) < this.most / 2) this.load(next);
      this.fetch(next + direction);
    }
  }

  close() {
    this.closed = true;
    this.pictures.forEach((picture) => picture.close());
    this.pictures.clear();
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
  }

  groupOf(number) { return frameAt(this.groups, number); }
  range(group) { return [this.groups[group], this.groups[group + 1] ?? this.count]; }

  load(group) {
    if (!this.loading.has(group)) {
      const work = this.line.then(() => this.decode(group)).finally(() => this.loading.delete(group));
      this.line = work.catch(() => {});
      this.loading.set(group, work);
    }
    return this.loading.get(group);
  }

  async decode(group) {
    const [first, stop] = this.range(group);
    const bytes = await this.fetch(group);
    if (this.closed) return;
    const base = this.index.pictures[first][0];
    const decoder = this.opened();
    for (let number = first; number < stop; number += 1) {
      const [offset, size, , key] = this.index.pictures[number];
      decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp: number * 1000,
        data: bytes.subarray(offset - base, offset - base + size) }));
    }
    await decoder.flush();
  }

  opened() {
    if (!this.decoder || this.decoder.state === "closed") {
      this.decoder = new VideoDecoder({
        output: (picture) => this.keep(Math.round(picture.timestamp / 1000), picture),
        error: (trouble) => { this.trouble = trouble; },
      });
      this.decoder.configure(this.config);
    }
    return this.decoder;
  }

  keep(number, picture) {
    if (this.closed || this.pictures.has(number)) { picture.close(); return; }
    this.decoded += 1;
    this.pictures.set(number, picture);
    if (this.pictures.size > this.most) {
      const farthest = [...this.pictures.keys()].reduce((a, b) => (Math.abs(b - this.centre) > Math.abs(a - this.centre) ? b : a));
      this.pictures.get(farthest).close();
      this.pictures.delete(farthest);
    }
  }

  async fetch(group) {
    if (group < 0 || group >= this.groups.length) return null;
    if (!this.bytes.has(group)) {
      const [first, stop] = this.range(group);
      const from = this.index.pictures[first][0];
      const to = this.index.pictures[stop - 1][0] + this.index.pictures[stop - 1][1] - 1;
      const work = bring(this.file, from, to);
      work.catch(() => this.bytes.delete(group));
      this.bytes.set(group, work);
      this.forget(to - from);
    }
    return this.bytes.get(group);
  }

  forget(size) {
    const most = Math.max(4, Math.floor(BYTES_KEPT / Math.max(1, size)));
    for (const group of this.bytes.keys()) {
      if (this.bytes.size <= most) break;
      if (Math.abs(group - this.groupOf(this.centre)) > 2) this.bytes.delete(group);
    }
  }
}

/** A range of a file; it is asked for again while the server is away. */
async function bring(file, from, to) {
  for (let turn = 0; ; turn += 1) {
    try {
      const answer = await fetch(`/media/${file}`, { headers: { range: `bytes=${from}-${to}` } });
      if (answer.status === 404 || answer.status === 401) throw new Error("gone");
      if (answer.status !== 206) throw new TypeError(String(answer.status));
      return new Uint8Array(await answer.arrayBuffer());
    } catch (trouble) {
      if (!(trouble instanceof TypeError) || turn > 20) throw trouble;
      await new Promise((done) => setTimeout(done, Math.min(250 * 2 ** turn, 3000)));
    }
  }
}
