// Beside the picture: the verdict, what was found, what was said, and what was done.

import { ask, forget, h, score, toast, when } from "/page/dom.js";
import { post, Trouble } from "/page/api.js";
import { timecode } from "/page/timecode.js";

const WORDS = { making: "being made", review: "waits for you", approved: "approved", fix: "to be fixed", rejected: "rejected",
  held: "held", failed: "failed", cancelled: "cancelled" };
export const statusWord = (status) => WORDS[status] || status;

/** Say a verdict; what was typed stays when it could not be said. */
export async function judge(take, kind, reload, seen = "") {
  let reason = "";
  const draft = `${kind} ${take.id}`;
  if (kind === "fix" || kind === "reject") {
    reason = await ask({ title: kind === "fix" ? "What is to be fixed?" : "Why is it rejected?", label: "The reason, kept with the verdict",
      confirm: kind === "fix" ? "To be fixed" : "Reject", needed: kind === "reject", draft });
    if (reason === null) return;
  }
  try {
    const said = await post("/api/verdict", { take: take.id, kind, reason, revision: take.revision, seen });
    forget(draft);
    const starts = said.starts.length ? `; ${said.starts.join(", ")} begins` : "";
    const undo = () => judge({ ...take, revision: said.revision }, "undo", reload);
    toast(`${take.shot} ${take.id.split("/").pop()}: ${statusWord(said.status)}${starts}`, kind === "undo" ? {} : { act: undo, label: "Undo" });
    forget(`seen ${take.id}`);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    toast(`${trouble.message}: ${trouble.hint}`, { kind: "bad", seconds: 10 });
  }
  await reload();
}

/** Approve what was looked at somewhere else: where is kept with the verdict. */
export async function seenElsewhere(take, reload) {
  const draft = `seen ${take.id}`;
  const seen = await ask({ title: "Approve: seen elsewhere", label: "Where its worst passages were seen at full size, as in: on the grading monitor", confirm: "Approve", needed: true, draft });
  if (!seen?.trim()) return;
  await judge(take, "approve", reload, seen.trim());
}

/** Leave a note on a frame. */
export async function note(take, side, frame, box, file, reload) {
  const draft = `note ${take.id} ${frame}`;
  const text = await ask({ title: `Note on frame ${frame}`, label: box ? "About the marked place" : "About the whole picture", confirm: "Keep it", needed: true, draft });
  if (!text?.trim()) return;
  const id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    await post("/api/note", { id, take: take.id, file, side, frame, box, text });
    forget(draft);
  } catch (trouble) {
    toast(`${trouble.message}: ${trouble.hint || ""}`, { kind: "bad" });
  }
  await reload();
}

/** The panel of a take. `player` jumps and judges. */
export function panel(take, player) {
  return [verdictPart(take, player), findingPart(take, player), take.copies && notePart(take, player), donePart(take)].filter(Boolean);
}

function verdictPart(take, player) {
  const shut = take.unseen.length || !take.copies;
  const can = ["review", "approved", "fix", "rejected"].includes(take.status);
  const decided = ["approved", "fix", "rejected"].includes(take.status);
  const button = (kind, key, word, disabled, title) => h("button", { class: `verdict ${kind}`, disabled, title,
    "aria-pressed": String(take.status === { approve: "approved", fix: "fix", reject: "rejected" }[kind]),
    onclick: () => player.judge(kind) }, h("kbd", {}, key), word);
  const left = take.unseen.length;
  const gate = !take.copies ? "There are no copies to look at yet: the gate is shut." : left
    ? `The gate is shut: play ${left === 1 ? "the passage that flickers most" : `the ${left} passages that flicker most`} at 1:1.`
    : "The worst passages were played at 1:1.";
  return h("section", { "aria-label": "Verdict" },
    h("p", { class: `state ${take.status}` }, h("i", { class: "dot" }), statusWord(take.status)),
    take.note && h("p", { class: "said" }, take.note),
    take.hint && h("p", { class: "said faint" }, h("b", {}, "What to do: "), take.hint),
    can && h("p", { class: `gate ${shut ? "shut" : "open"}` }, gate),
    can && shut && h("p", { class: "gate" },
      left > 0 && take.copies && h("button", { class: "link", onclick: () => player.worst() }, left > 1 ? "play them" : "play it", h("kbd", {}, "W")),
      h("button", { class: "link", title: "say where: it is kept with the verdict", onclick: () => player.seenElsewhere() }, "seen elsewhere")),
    can && h("div", { class: "verdicts" },
      button("approve", "1", "Approve", shut, shut ? gate : "Approve this take"),
      button("fix", "2", "Fix", false, "To be fixed, with what is wrong"),
      button("reject", "3", "Reject", false, "Rejected, with the reason")),
    decided && h("button", { class: "link", onclick: () => player.judge("undo") }, "take the verdict back", h("kbd", {}, "U")),
    take.verdicts.length > 0 && h("ol", { class: "history" }, take.verdicts.slice().reverse().map((each) => h("li", {},
      h("b", {}, { approve: "approved", fix: "to be fixed", reject: "rejected", undo: "taken back" }[each.kind]), ` by ${each.who}, ${when(each.when_s)}${each.seen ? `, seen ${each.seen}` : ""}`,
      each.reason && h("q", {}, each.reason)))));
}

function findingPart(take, player) {
  const before = take.before?.score;
  const after = take.after?.score;
  if (!take.before && !take.after && !take.passages.length && !take.findings.length && !take.raw_findings.length) return null;
  return h("section", { "aria-label": "Findings" },
    h("h2", {}, "Findings"),
    h("p", { class: "score" }, h("span", { class: "faint" }, "plasticity "), before !== undefined && before !== null && h("span", { class: "faint" }, `${score(before)} → `),
      h("b", {}, score(after)), take.after && h("span", { class: "faint" }, take.after.score === null ? " not measurable here" : ` (${score(take.after.low)} to ${score(take.after.high)}), from ${Math.round(take.after.coverage * 100)} % of the evidence${take.change === "same" ? "; within the error of measurement" : ""}`)),
    take.change === "worse" && h("p", { class: "warning" }, "it reads more plastic than the raw clip: compare the two (S), then another finish (T)"),
    take.guards_broken?.length > 0 && h("p", { class: "warning" }, `look again at: ${take.guards_broken.map((each) => each.replaceAll("_", " ")).join(", ")}`),
    h("ul", { class: "findings" },
      take.passages.map((each, i) => h("li", { class: take.unseen.includes(i) ? "passage" : "passage seen" },
        h("button", { onclick: () => player.passage(i) }, h("span", { class: "frame" }, `${each.start}–${each.stop - 1}`), passageText(each, take.unseen.includes(i))))),
      take.findings.map((each) => h("li", { class: each.severity },
        h("button", { disabled: each.frame === null && !boxOf(each), onclick: () => player.jump(each.frame, boxOf(each), each.text) },
          h("span", { class: "frame" }, each.frame === null ? "" : String(each.frame)), each.text),
        each.fix && h("small", {}, each.fix)))),
    take.findings.length === 0 && h("p", { class: "faint" }, "Nothing else is left to be seen."),
    take.raw_findings.length > 0 && h("details", {}, h("summary", {}, `In the raw clip: ${take.raw_findings.length}`), h("ul", { class: "findings" }, take.raw_findings.map((each) => (
      h("li", { class: each.severity }, h("button", { disabled: each.frame === null && !boxOf(each), onclick: () => player.jump(each.frame, boxOf(each), each.text, "raw") },
        h("span", { class: "frame" }, each.frame === null ? "" : String(each.frame)), each.text)))))),
    take.report && h("a", { href: `/report/${take.report}`, target: "_blank", rel: "noopener" }, "the whole report"));
}

const passageText = (each, unseen) => {
  const what = each.what === "middle" ? "the middle: nothing could be measured" : `${each.what === "frame" ? "detail" : each.what} flickers most`;
  return `${what}${each.codes === null ? "" : `, ${each.codes.toFixed(2)} codes`}${unseen ? "" : " ✓ seen at 1:1"}`;
};

/** The box of a finding: "x,y,width,height", or none. */
export function boxOf(finding) {
  const parts = /^(\d+),(\d+),(\d+),(\d+)$/.exec(finding.where || "");
  return parts ? { x: +parts[1], y: +parts[2], width: +parts[3], height: +parts[4] } : null;
}

function notePart(take, player) {
  return h("section", { "aria-label": "Notes" },
    h("h2", {}, "Notes", h("button", { class: "link", onclick: () => player.note() }, "on this frame", h("kbd", {}, "N"))),
    h("ul", { class: "notes" }, take.remarks.map((each) => h("li", {},
      h("button", { onclick: () => player.jump(each.frame, each.box, each.text, each.side) }, h("span", { class: "frame" }, String(each.frame)), each.text),
      h("small", {}, `${each.who}, ${when(each.when_s)}, ${each.side}, ${timecode(each.frame, take.fps || 24)} `,
        h("button", { class: "link", onclick: () => player.takeBack(each) }, "take back"))))));
}

function donePart(take) {
  const active = take.recipe.filter((each) => each.active);
  return h("section", { "aria-label": "What was done" },
    h("details", {}, h("summary", {}, `What was done: ${take.look || "nothing yet"}${take.wish ? ", by a wish of its own" : ""}`),
      h("ul", { class: "recipe" }, active.map((each) => h("li", {}, h("b", {}, each.name), h("ul", {}, Object.entries(each.reasons).map(([name, why]) => (
        h("li", {}, `${name.replaceAll("_", " ")} ${number(each.values[name])}: ${why}`)))))))),
    h("details", {}, h("summary", {}, "Log"), h("ol", { class: "history" }, take.log.slice().reverse().map((each) => h("li", {}, `${when(each.when_s)} ${each.agent}: ${each.text}`)))));
}

const number = (value) => (typeof value === "number" ? String(Math.round(value * 1000) / 1000) : value ?? "");

