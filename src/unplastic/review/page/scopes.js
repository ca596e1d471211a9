// Waveform, vectorscope and histogram of the pixels on the stage: R'G'B' as the browser shows them, Y'CbCr of BT.709.

const WIDTH = 320;
const HEIGHT = 180;

export class Scopes {
  constructor(canvases) {
    this.canvases = canvases;
    this.small = new OffscreenCanvas(WIDTH, HEIGHT);
    this.context = this.small.getContext("2d", { willReadFrequently: true, alpha: false });
    this.last = 0;
  }

  /** At most twelve times a second; `now` draws at once. */
  draw(picture, now = false) {
    const time = performance.now();
    if (!picture || (!now && time - this.last < 80)) return;
    this.last = time;
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(picture, 0, 0, WIDTH, HEIGHT);
    const { data } = this.context.getImageData(0, 0, WIDTH, HEIGHT);
    this.waveform(data);
    this.vectors(data);
    this.histogram(data);
  }

  waveform(data) {
    const [context, width, height] = this.open(this.canvases.waveform);
    const heat = new Float32Array(WIDTH * 256);
    for (let i = 0, pixel = 0; i < data.length; i += 4, pixel += 1) {
      const y = 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
      heat[(255 - Math.round(y)) * WIDTH + (pixel % WIDTH)] += 1;
    }
    this.plot(context, heat, WIDTH, 256, width, height, HEIGHT / 18, [196, 214, 196]);
    this.grid(context, width, height, [0, 0.25, 0.5, 0.75, 1], ["100", "75", "50", "25", "0"]);
  }

  vectors(data) {
    const [context, width, height] = this.open(this.canvases.vectors);
    const side = 160;
    const heat = new Float32Array(side * side);
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
      const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      const x = Math.round(((b - y) / 1.8556 / 255 + 0.5) * (side - 1));
      const row = Math.round((0.5 - (r - y) / 1.5748 / 255) * (side - 1));
      heat[row * side + x] += 1;
    }
    const size = Math.min(width, height);
    context.save();
    context.translate((width - size) / 2, (height - size) / 2);
    this.plot(context, heat, side, side, size, size, 9, [206, 206, 190]);
    context.strokeStyle = "#8886";
    context.lineWidth = 1;
    for (const radius of [0.25, 0.5]) {
      context.beginPath();
      context.arc(size / 2, size / 2, size * radius, 0, 7);
      context.stroke();
    }
    this.targets(context, size);
    const angle = (123 * Math.PI) / 180; // where skin lies, whoever's it is
    context.strokeStyle = "#d8a657aa";
    context.beginPath();
    context.moveTo(size / 2, size / 2);
    context.lineTo(size / 2 + (size / 2) * Math.cos(angle), size / 2 - (size / 2) * Math.sin(angle));
    context.stroke();
    context.restore();
  }

  /** Where colours of 75 % lie, by their first letters. */
  targets(context, size) {
    context.fillStyle = "#aaa";
    context.font = `${10 * devicePixelRatio}px ui-monospace, monospace`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [name, r, g, b] of [["R", 1, 0, 0], ["Mg", 1, 0, 1], ["B", 0, 0, 1], ["Cy", 0, 1, 1], ["G", 0, 1, 0], ["Yl", 1, 1, 0]]) {
      const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      context.fillText(name, (((b - y) / 1.8556) * 0.75 + 0.5) * size, (0.5 - ((r - y) / 1.5748) * 0.75) * size);
    }
  }

  histogram(data) {
    const [context, width, height] = this.open(this.canvases.histogram);
    const counts = [0, 1, 2].map(() => new Float32Array(256));
    for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c += 1) counts[c][data[i + c]] += 1;
    const top = Math.max(...counts.flatMap((each) => [...each].sort((a, b) => b - a).slice(2, 3)), 1);
    context.globalCompositeOperation = "lighter";
    counts.forEach((each, c) => {
      context.fillStyle = ["#a33", "#3a3", "#35b"][c];
      context.beginPath();
      context.moveTo(0, height);
      each.forEach((count, code) => context.lineTo((code / 255) * width, height - Math.min(1, Math.sqrt(count / top)) * height));
      context.lineTo(width, height);
      context.fill();
    });
    context.globalCompositeOperation = "source-over";
  }

  open(canvas) {
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    const context = canvas.getContext("2d", { alpha: false });
    context.fillStyle = "#101010";
    context.fillRect(0, 0, width, height);
    return [context, width, height];
  }

  plot(context, heat, columns, rows, width, height, full, [r, g, b]) {
    const picture = new ImageData(columns, rows);
    for (let i = 0; i < heat.length; i += 1) {
      const light = Math.min(1, Math.sqrt(heat[i] / full));
      picture.data.set([16 + (r - 16) * light, 16 + (g - 16) * light, 16 + (b - 16) * light, 255], i * 4);
    }
    const buffer = new OffscreenCanvas(columns, rows);
    buffer.getContext("2d").putImageData(picture, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(buffer, 0, 0, width, height);
  }

  grid(context, width, height, lines, words) {
    context.strokeStyle = "#8884";
    context.fillStyle = "#aaa";
    context.font = `${10 * devicePixelRatio}px ui-monospace, monospace`;
    lines.forEach((line, i) => {
      const y = Math.min(height - 1, Math.max(1, line * height));
      context.beginPath();
      context.moveTo(0, y);
      context.lineTo(width, y);
      context.stroke();
      context.fillText(words[i], 4, Math.min(height - 3, Math.max(11 * devicePixelRatio, y - 3)));
    });
  }
}
