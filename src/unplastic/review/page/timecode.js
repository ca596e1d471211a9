// Frames and times. A frame's number is the truth; a time is only how it is said.

/** "01:23:12", minutes, seconds and frames at the rate rounded up, as non-drop timecode counts. */
export function timecode(frame, fps) {
  const whole = Math.max(1, Math.round(fps));
  const two = (value) => String(value).padStart(2, "0");
  const seconds = Math.floor(frame / whole);
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}:${two(frame % whole)}`;
}

/** 24, 25, 23.976: the rate as it is spoken of. */
export const rate = ([top, bottom]) => {
  const value = top / bottom;
  return Number.isInteger(value) ? String(value) : value.toFixed(3).replace(/0+$/, "");
};

/** Seconds from the first picture at which each is shown, and the end: out of whole ticks, so that nothing drifts. */
export function times(index) {
  const [top, bottom] = index.clock;
  const of = (ticks) => ((ticks - index.first) * top) / bottom;
  return { start: index.pictures.map((row) => of(row[2])), end: of(index.end) };
}

/** The number of the picture that is shown at a time: the last one that has begun. */
export function frameAt(start, seconds) {
  let low = 0;
  let high = start.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (start[middle] <= seconds + 1e-6) low = middle; else high = middle - 1;
  }
  return low;
}
