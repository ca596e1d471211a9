"use strict";
const stages = [...document.querySelectorAll(".stage")];

// One picture pixel is one screen pixel, and starts on one, whatever the screen's density or the browser's zoom.
function fit() {
  const density = window.devicePixelRatio || 1;
  document.documentElement.style.setProperty("--dpr", String(density));
  for (const stage of stages) {
    stage.style.translate = "none";
    const box = stage.getBoundingClientRect();
    const rest = (position) => Math.round(position * density) / density - position;
    stage.style.translate = `${rest(box.left + window.scrollX)}px ${rest(box.top + window.scrollY)}px`;
  }
}

function connect(crop) {
  const stage = crop.querySelector(".stage");
  const slider = crop.querySelector("input");
  const zoom = crop.querySelector("[data-zoom]");
  const move = (value) => {
    slider.value = value;
    stage.style.setProperty("--at", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value} % before`);
  };
  slider.addEventListener("input", () => move(slider.value));
  slider.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    move(Number(slider.value) < 50 ? 100 : 0);
  });
  for (const button of crop.querySelectorAll("[data-wipe]")) {
    button.addEventListener("click", () => move(button.dataset.wipe));
  }
  zoom.addEventListener("click", () => {
    const isLarge = crop.classList.toggle("large");
    zoom.setAttribute("aria-pressed", String(isLarge));
    fit();
  });
  move(slider.value);
}

document.querySelectorAll(".crop").forEach(connect);
fit();
window.addEventListener("resize", fit);
window.addEventListener("load", fit);
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
