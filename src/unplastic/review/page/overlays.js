// What a measure sees in the frame: asked of the server, kept a while, laid over the finished picture.

import { get } from "/page/api.js";
import { label } from "/page/stage.js";

export const KINDS = [
  ["", "no overlay"], ["flicker", "flicker"], ["texture", "missing texture"], ["edges", "over-sharp edges"],
  ["skin", "skin"], ["light", "light on faces"],
];
const known = new Map();

/** The overlay of a frame, ready to be drawn: { picture, cover, marks, legend, why }. */
export async function overlayOf(take, file, side, frame, kind, signal) {
  const key = `${file} ${side} ${frame} ${kind}`;
  if (!known.has(key)) known.set(key, await bring(take, side, frame, kind, signal));
  if (known.size > 60) known.delete(known.keys().next().value);
  return known.get(key);
}

async function bring(take, side, frame, kind, signal) {
  const query = new URLSearchParams({ take, side, frame, kind });
  const said = await get(`/api/overlay?${query}`, signal);
  let picture = null;
  let cover = said.over;
  if (said.png) {
    const answer = await fetch(`/api/overlay.png?${query}`, { signal });
    picture = await createImageBitmap(await answer.blob());
    const cell = kind === "flicker" || kind === "texture" ? 8 : null;
    if (cell) cover = [picture.width * cell * (said.over[0] / said.width), picture.height * cell * (said.over[1] / said.height)];
  }
  const to = said.over[0] / said.width;
  const marks = kind === "edges" ? [edges(said.marks, to)] : kind === "light" ? said.marks.map((each) => light(each, to)) : [];
  return { picture, cover, marks, soft: kind === "skin", legend: said.legend, why: said.why_not, facts: said.facts };
}

function edges(marks, to) {
  return (context, place, scale) => {
    const size = Math.max(2, 2.5 * devicePixelRatio);
    for (const { x, y, share } of marks) {
      context.fillStyle = `rgb(255 ${Math.round(210 * (1 - share))} 60 / ${0.55 + 0.4 * share})`;
      context.fillRect(place[0] + x * to * scale - size, place[1] + y * to * scale - size, 2 * size, 2 * size);
    }
  };
}

function light(mark, to) {
  return (context, place, scale) => {
    const at = (x, y) => [place[0] + x * to * scale, place[1] + y * to * scale];
    const [x, y] = at(mark.x, mark.y);
    const length = Math.max(mark.box[2], mark.box[3]) * to * scale * 0.9;
    const [tipX, tipY] = [x + mark.dx * length, y + mark.dy * length];
    for (const [colour, width] of [["#000b", 6], ["#ffd166", 3]]) {
      context.strokeStyle = colour;
      context.lineWidth = width * devicePixelRatio * 0.8;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(tipX, tipY);
      const turn = Math.atan2(tipY - y, tipX - x);
      for (const side of [2.6, -2.6]) {
        context.moveTo(tipX, tipY);
        context.lineTo(tipX + 14 * devicePixelRatio * Math.cos(turn + side), tipY + 14 * devicePixelRatio * Math.sin(turn + side));
      }
      context.stroke();
    }
    context.beginPath();
    context.arc(x, y, 4 * devicePixelRatio, 0, 7);
    context.fillStyle = "#ffd166";
    context.fill();
    const [left, top] = at(mark.box[0], mark.box[1]);
    const side = Math.abs(mark.azimuth_deg) < 15 ? "front" : mark.azimuth_deg < 0 ? "left" : "right";
    label(context, `${side} ${Math.abs(mark.azimuth_deg)}° up ${mark.elevation_deg}° · ${mark.stops} stops`, left, top, "#ffd166");
  };
}
