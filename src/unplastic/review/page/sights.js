// What was really shown: runs of pictures of the finished copy, played at true rate, at one pixel for one or larger.

import { post, Trouble } from "/page/api.js";

const FLUSH_FRAMES = 12;

export class Sights {
  constructor(take, told) {
    this.take = take;
    this.told = told;
    this.run = null;
  }

  /** A picture was drawn. `box` null: not at full size, or hidden. */
  saw(frame, box) {
    const { run } = this;
    const same = run && box && frame === run.stop && ["x", "y", "width", "height"].every((name) => run.box[name] === box[name]);
    if (same) run.stop = frame + 1;
    else { this.flush(); this.run = box ? { start: frame, stop: frame + 1, box } : null; }
    if (this.run && this.run.stop - this.run.start >= FLUSH_FRAMES) this.flush();
  }

  async flush() {
    const { run } = this;
    this.run = null;
    if (!run) return;
    try {
      const said = await post("/api/seen", { take: this.take.id, file: this.take.finished, ...run }, { patient: false });
      this.told(said.unseen);
    } catch (trouble) {
      if (!(trouble instanceof Trouble) || trouble.status !== 409) return;
      this.told(null, trouble);
    }
  }
}
