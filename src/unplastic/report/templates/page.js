"use strict";
// One picture pixel is one screen pixel, whatever the screen's density or the browser's zoom.
const match = () => document.documentElement.style.setProperty("--dpr", String(window.devicePixelRatio || 1));
match();
window.addEventListener("resize", match);
for (const crop of document.querySelectorAll(".crop")) {
  const wipe = crop.querySelector(".wipe");
  const slider = crop.querySelector("input");
  const move = () => wipe.style.setProperty("--at", slider.value + "%");
  slider.addEventListener("input", move);
  for (const button of crop.querySelectorAll("[data-wipe]")) {
    button.addEventListener("click", () => { slider.value = button.dataset.wipe; move(); });
  }
  const zoom = crop.querySelector("[data-zoom]");
  zoom.addEventListener("click", () => {
    const large = crop.style.getPropertyValue("--zoom") === "2";
    crop.style.setProperty("--zoom", large ? "1" : "2");
    zoom.textContent = large ? "200 %" : "100 %";
  });
}
