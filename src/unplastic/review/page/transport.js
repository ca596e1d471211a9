// One clock for all reels: which picture is due now. A picture is shown on all of them or on none; when one is late the
// clock waits for it, so that nothing is skipped, and the true rate that was reached is said.

const RATES = [1, 2, 4];

export class Transport {
  constructor(show) {
    this.show = show;
    this.reels = [];
    this.frame = 0;
    this.direction = 0;
    this.speed = 1;
    this.loop = null;
    this.waits = 0;
    this.shown = [];
    this.sound = null;
    this.tick = this.tick.bind(this);
  }

  /** The first reel's pictures count; the others follow by number. */
  load(reels, sound) {
    this.reels = reels;
    this.sound = sound;
    this.frame = Math.min(this.frame, this.last);
    return this.seek(this.frame);
  }

  get main() { return this.reels[0]; }
  get last() { return this.main ? this.main.count - 1 : 0; }
  get isPlaying() { return this.direction !== 0; }
  get bounds() { return this.loop || [0, this.last + 1]; }

  /** Show exactly that picture; later calls win. */
  async seek(number) {
    this.frame = Math.max(0, Math.min(this.last, number));
    this.anchor();
    const wanted = this.frame;
    const pictures = await Promise.all(this.reels.map((reel) => reel.frame(reel.clamp(wanted))));
    if (wanted === this.frame && !this.isPlaying) this.show(wanted, pictures);
    return wanted === this.frame;
  }

  step(by) { this.pause(); return this.seek(this.frame + by); }

  play(direction = 1) {
    const again = this.direction === direction;
    this.speed = again ? RATES[Math.min(RATES.length - 1, RATES.indexOf(this.speed) + 1)] : 1;
    const [start, stop] = this.bounds;
    if (direction > 0 && this.frame >= stop - 1 && !again) this.frame = start;
    if (direction < 0 && this.frame <= start && !again) this.frame = stop - 1;
    this.direction = direction;
    this.anchor();
    if (!again) requestAnimationFrame(this.tick);
  }

  pause() {
    if (!this.isPlaying) return;
    this.direction = 0;
    this.speed = 1;
    this.quiet();
    this.seek(this.frame);
  }

  toggle() { if (this.isPlaying) this.pause(); else this.play(1); }

  setLoop(loop) {
    this.loop = loop;
    if (loop && (this.frame < loop[0] || this.frame >= loop[1])) this.seek(loop[0]);
  }

  /** Pictures a second over the last second. */
  get reached() {
    const now = performance.now();
    this.shown = this.shown.filter((time) => now - time < 1000);
    const span = this.shown.at(-1) - this.shown[0];
    return this.shown.length > 2 ? ((this.shown.length - 1) * 1000) / span : 0;
  }

  anchor() {
    this.from = performance.now();
    this.origin = this.main ? this.main.start[this.frame] : 0;
    if (this.sound && this.direction === 1 && this.speed === 1) {
      this.sound.currentTime = this.origin;
      this.sound.play().catch(() => {});
    } else this.quiet();
  }

  quiet() { if (this.sound && !this.sound.paused) this.sound.pause(); }

  due(now) {
    const seconds = this.origin + (this.direction * this.speed * (now - this.from)) / 1000;
    if (this.direction > 0) return seconds >= this.main.end ? this.last + 1 : this.main.frameAt(seconds);
    return seconds < 0 ? -1 : this.main.frameAt(seconds);
  }

  tick(now) {
    if (!this.isPlaying || !this.main) return;
    requestAnimationFrame(this.tick);
    const [start, stop] = this.bounds;
    let due = this.due(Math.max(now, this.from));
    if (due >= stop || due < start) {
      this.frame = this.direction > 0 ? start : stop - 1;
      this.anchor();
      due = this.frame;
      this.turned = true;
    } else if (due === this.frame && !this.turned) return;
    const next = this.speed === 1 ? this.frame + this.direction : due;
    const target = this.turned ? due : next;
    const pictures = this.reels.map((reel) => reel.get(reel.clamp(target)));
    this.reels.forEach((reel) => reel.want(reel.clamp(target), this.direction));
    if (pictures.some((picture) => !picture)) { this.late(); return; }
    const behind = Math.abs(due - target);
    this.frame = target;
    this.turned = false;
    if (this.held || behind > 2) { this.held = false; this.anchor(); }
    this.shown.push(performance.now());
    this.show(target, pictures);
  }

  late() {
    if (!this.held) this.waits += 1;
    this.held = true;
    this.from = performance.now();
    this.origin = this.main.start[this.frame];
    this.quiet();
  }
}
