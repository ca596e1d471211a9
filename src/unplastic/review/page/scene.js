// A scene: its shots side by side, the light that was asked for, and who departs from the others.

import { h } from "/page/dom.js";
import { get } from "/page/api.js";
import { statusWord } from "/page/panel.js";

export async function scenePage(name) {
  const scene = await get(`/api/scene?name=${encodeURIComponent(name)}`);
  const rows = scene.shots.find((each) => each.readings.length)?.readings || [];
  const { light } = scene;
  return h("div", { class: "page" },
    h("h1", {}, name),
    h("section", { class: "lightsheet", "aria-label": "Light sheet" }, compass(light),
      h("div", {}, h("p", {}, light.words || "Nobody said what the light is."), light.sentence && light.sentence !== light.words && h("p", { class: "faint" }, light.sentence),
        light.stops !== null && h("p", { class: "faint" }, `key over fill ${light.stops} stops`))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Shots side by side" }, h("table", { class: "beside" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "hidden" }, "reading")), scene.shots.map((each) => h("th", { scope: "col", class: each.status }, h("a", { href: `#/take/${encodeURIComponent(each.take)}` },
        each.still ? h("img", { src: `/media/${each.still}`, alt: "" }) : h("span", { class: "noframe" }, statusWord(each.status)), h("span", {}, each.shot), h("span", { class: "faint" }, ` ${each.take.split("/").pop()} ${statusWord(each.status)}`)))))),
      h("tbody", {}, h("tr", { class: "apart" }, h("th", { scope: "row" }, "stands out"), scene.shots.map((each) => h("td", {}, each.apart.length + each.said.length ? [...each.apart.map((one) => h("p", { class: "warning", title: `${one.tolerances} tolerances` }, one.text)), ...each.said.map((text) => h("p", { class: "warning" }, text))] : h("span", { class: "faint" }, each.readings.length ? "sits with the others" : "not measured")))),
        rows.map((row, i) => h("tr", {}, h("th", { scope: "row" }, row.label), scene.shots.map((each) => {
          const reading = each.readings[i];
          const out = reading && each.apart.some((one) => one.name === reading.name);
          return h("td", { class: out ? "out" : "" }, reading ? (reading.value === null ? h("span", { class: "faint" }, "–") : reading.text) : "");
        })))))));
}

/** Where the key stands, seen from above: the camera is below, a face in the middle. */
function compass(light) {
  const canvas = h("canvas", { width: 160, height: 160, role: "img", "aria-label": light.azimuth_deg === null ? "no side of the light was said" : `the key stands at ${light.azimuth_deg} degrees` });
  const context = canvas.getContext("2d");
  context.strokeStyle = "#8888";
  context.lineWidth = 2;
  context.beginPath();
  context.arc(80, 80, 62, 0, 7);
  context.stroke();
  context.beginPath();
  context.arc(80, 80, 12, 0, 7);
  context.stroke();
  context.strokeRect(70, 146, 20, 10);
  if (light.azimuth_deg !== null) {
    const angle = ((90 - light.azimuth_deg) * Math.PI) / 180;
    const [x, y] = [80 + 62 * Math.cos(angle), 80 + 62 * Math.sin(angle)];
    context.strokeStyle = "#d8a657";
    context.fillStyle = "#d8a657";
    context.lineWidth = 4;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(80 + 16 * Math.cos(angle), 80 + 16 * Math.sin(angle));
    context.stroke();
    context.beginPath();
    context.arc(x, y, 8, 0, 7);
    context.fill();
  }
  return canvas;
}
