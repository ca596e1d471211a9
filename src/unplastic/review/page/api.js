// Questions and changes. What cannot be sent is kept and sent again; a change that somebody else overtook is said.

export class Trouble extends Error {
  constructor(status, message, hint) { super(message); this.status = status; this.hint = hint || ""; }
}

const listeners = { changed: [], line: [] };
export const on = (what, act) => {
  listeners[what].push(act);
  return () => { listeners[what] = listeners[what].filter((each) => each !== act); };
};
const tell = (what, value) => listeners[what].slice().forEach((act) => act(value));

let me = { name: "", mark: "", works: false };
export const viewer = () => me;

/** Who we are, and the mark that every change carries. */
export async function hello() { me = await get("/api/me"); return me; }

export async function get(path, signal) {
  const answer = await fetch(path, { signal, headers: { accept: "application/json" } });
  return read(answer);
}

/** A change. While the server is away it waits, and says so; `signal` gives it up. */
export async function post(path, body, { raw = false, patient = true, signal = undefined } = {}) {
  for (let turn = 0; ; turn += 1) {
    try {
      const answer = await fetch(path, {
        method: "POST", signal, body: JSON.stringify(body),
        headers: { "content-type": "application/json", "x-unplastic": me.mark },
      });
      if (raw && answer.ok) return answer;
      return await read(answer);
    } catch (trouble) {
      if (trouble instanceof Trouble || trouble.name === "AbortError" || !patient) throw trouble;
      tell("line", false);
      await new Promise((done) => setTimeout(done, Math.min(500 * 2 ** turn, 5000)));
    }
  }
}

async function read(answer) {
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const error = said.error || { message: `the server said ${answer.status}`, hint: "load the page again" };
  throw new Trouble(answer.status, error.message, error.hint);
}

/** Hear of every change, for as long as the page is open; a line that breaks is opened again. */
export function listen() {
  const source = new EventSource("/api/events");
  let pulse = null;
  source.addEventListener("open", async () => {
    tell("line", true);
    await hello().catch(() => {});
  });
  source.addEventListener("error", () => {
    tell("line", false);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
  source.addEventListener("changed", (event) => {
    if (pulse !== null && event.data !== pulse) tell("changed", event.data);
    pulse = event.data;
  });
}
