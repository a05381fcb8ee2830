// The review: all marks, and the file that they are taken away in.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { plain } from "./data.ts";
import { data, marks, pick, run, at, spoken, world } from "./store.ts";
import { batch } from "@preact/signals";
import type { Mark } from "./review.ts";
import { Unreadable, fromRon, merged, toRon } from "./review.ts";
import { count, group } from "./numbers.ts";

export const reviewText = (): string => toRon({ plan: data.plan_hash ?? "", world: data.world, goal: data.goal, seed: data.seed ?? "0", nature: data.simulation?.nature ?? "worst" }, marks.value);

export const download = (): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([reviewText()], { type: "text/plain" }));
  link.download = "review.ron";
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  spoken.value = "Review saved as review.ron";
};

const words = { Bad: "Never this", Good: "More of this", Note: "Note" };
const about = (mark: Mark): string => mark.number === null ? `the whole run ${group(Number(mark.run))}`
  : `${Object.keys(mark.values).length ? data.states.variables.map((name, i) => `${world.short[i]} = ${plain(mark.values[name]!)}`).join(", ") : `state ${mark.number}`}${mark.action ? `, does ${mark.action}` : ""}`;
const open = (mark: Mark): void => {
  const index = mark.run === null ? -1 : data.traces.findIndex((t) => t.run === mark.run && t.role !== "shortest");
  const step = index < 0 ? -1 : data.traces[index]!.steps.findIndex((s) => s.step === (mark.step ?? 0));
  if (step >= 0) batch(() => { pick(null); run.value = index; at.value = step; });
  else if (mark.number !== null) pick(world.row(mark.number));
  document.getElementById("explore")?.scrollIntoView({ block: "start" });
};

/** Takes in a review that was saved before, and says what came of it. */
const load = (text: string): { good: boolean; said: string } => {
  try {
    const { origin, marks: more } = fromRon(text);
    if (data.plan_hash && origin.plan !== data.plan_hash) return { good: false, said: origin.world !== data.world ? `This review is of another world, “${origin.world}”. Nothing was loaded.` : `This review was made on another plan for this world (its goal was ${origin.goal}). A review says nothing of another plan, so nothing was loaded.` };
    if (data.seed !== null && more.some((m) => m.run !== null) && (origin.seed !== data.seed || origin.nature !== data.simulation?.nature)) return { good: false, said: `Its runs are those of seed ${origin.seed} against the ${origin.nature} Nature, and this page shows others. Make a page of the same: murphy view --seed ${origin.seed} --nature ${origin.nature}.` };
    marks.value = merged(marks.value, more);
    return { good: true, said: `${count(more.length, "mark")} loaded.` };
  } catch (error) {
    if (error instanceof Unreadable) return { good: false, said: `Not a review. ${error.message}` };
    throw error;
  }
};

/** A file or a pasted text, taken in as marks. */
const Load = (): JSX.Element => {
  const file = useRef<HTMLInputElement>(null), [pasting, setPasting] = useState(false), [text, setText] = useState(""), [answer, setAnswer] = useState<{ good: boolean; said: string } | null>(null);
  const take = (given: string): void => { const a = load(given); setAnswer(a); spoken.value = a.said; if (a.good) { setPasting(false); setText(""); } };
  const chosen = (input: HTMLInputElement): void => {
    const picked = input.files?.[0];
    if (!picked) return;
    if (picked.size > 4e6) setAnswer({ good: false, said: "This file is too large to be a review." });
    else void picked.text().then(take, () => setAnswer({ good: false, said: "This file cannot be read." }));
    input.value = "";
  };
  return <div class="load">
    <div class="actions"><button type="button" id="load" onClick={() => file.current?.click()}>Load an earlier review</button>
      <button type="button" id="paste" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>Paste one</button>
      <input ref={file} type="file" id="review-file" class="unseen" tabIndex={-1} accept=".ron,text/plain" aria-label="A review file" onChange={(e) => chosen(e.currentTarget)} /></div>
    {pasting ? <div class="pasting"><textarea id="pasted" rows={5} value={text} placeholder="Review(format: 1, …)" aria-label="The text of a review" onInput={(e) => setText(e.currentTarget.value)} />
      <button type="button" id="take" disabled={!text.trim()} onClick={() => take(text)}>Take it in</button></div> : null}
    {answer ? <p class={`small said ${answer.good ? "good" : "bad"}`} id="loaded" role="status">{answer.said}</p> : null}
  </div>;
};

export const ReviewView = (): JSX.Element => {
  const [copied, setCopied] = useState(false);
  const change = (mark: Mark, to: Mark | null): void => { marks.value = marks.value.flatMap((m) => m === mark ? (to ? [to] : []) : [m]); };
  const copy = (): void => { void navigator.clipboard?.writeText(reviewText()).then(() => setCopied(true)); };
  const none = marks.value.length === 0;
  return <section id="review" aria-labelledby="review-title">
    <div class="section-head"><div><h2 id="review-title">Your review</h2>
      <p class="gloss">{none ? "Does something not look good? Mark the step with “Never this”, or say in a note what a better goal should ask for." : data.decision ? "Save it to keep what you saw. Goals of problems in which facts are hidden are changed by hand so far." : <>Save it, then let <code>murphy revise</code> propose changes to the goal that rule out what you marked. The planner itself never sees a review.</>}</p></div>
      <div class="actions"><button type="button" class="primary" id="export" disabled={none} onClick={download}>Save review.ron</button>
        <button type="button" disabled={none} onClick={copy}>{copied ? "Copied" : "Copy"}</button></div></div>
    <Load />
    {none ? null : <ol class="mark-list">{marks.value.map((m) => <li key={`${m.run}/${m.step}/${m.number}`} class={`panel ${m.verdict.toLowerCase()}`}>
      <div class="mark-head"><span class={`pill ${m.verdict === "Bad" ? "bad" : m.verdict === "Good" ? "good" : ""}`}>{words[m.verdict]}</span>
        <button type="button" class="link" onClick={() => open(m)}>{m.step !== null ? `Run ${m.run === null ? "" : group(Number(m.run))}, step ${group(m.step)}: ` : ""}{about(m)}</button>
        <button type="button" class="quiet" aria-label={`Take back the mark on ${about(m)}`} onClick={() => change(m, null)}>✕</button></div>
      <textarea rows={1} value={m.note} placeholder="Say why" aria-label={`Why: ${about(m)}`} onInput={(e) => change(m, { ...m, note: e.currentTarget.value })} /></li>)}</ol>}
    {none ? null : <details class="facts"><summary>The file</summary><pre>{reviewText()}</pre></details>}
    {!none && !data.plan_hash ? <p class="small">This page does not know the file of its plan, so the review names none.</p> : null}
  </section>;
};
