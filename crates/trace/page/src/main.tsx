// The page: an answer, the runs, the world, what else happens, and what a person thinks of it.

import type { JSX } from "preact";
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Answer } from "./answer.tsx";
import { Beyond, Compare } from "./beside.tsx";
import { FlowView } from "./flowview.tsx";
import { Inspector } from "./inspector.tsx";
import { Map2 } from "./map.tsx";
import { Segments } from "./parts.tsx";
import { ReviewView } from "./reviewview.tsx";
import { Cards, Timeline } from "./runs.tsx";
import { States } from "./states.tsx";
import { at, choose, data, go, helping, last, letters, mark, marks, pick, picked, playing, run, spoken, step, subject, world } from "./store.ts";

const Nav = (): JSX.Element => <nav class="nav" aria-label="Sections"><div>
  <a href="#answer">Answer</a><a href="#explore">Runs</a>{data.beside ? <a href="#compare">Compare</a> : null}<a href="#beyond">What else</a><a href="#states">States</a>
  <a href="#review">Review{marks.value.length ? <b>{marks.value.length}</b> : null}</a>
  <button type="button" class="quiet" aria-label="Keys and how to read this page" onClick={() => { helping.value = true; }}>?</button></div></nav>;

type Sight = "map" | "flow";
const Explore = (): JSX.Element => {
  const [sight, setSight] = useState<Sight>(data.grid ? "map" : "flow");
  return <section id="explore" aria-labelledby="explore-title" tabIndex={-1}>
    <div class="section-head"><div><h2 id="explore-title">See what happens</h2>
      <p class="gloss">{data.traces.length ? "Runs worth a look, chosen from the simulation. Follow one step by step, or go anywhere in the world." : <>No run was simulated for this page; <code>murphy view</code> makes some. The states can be looked up all the same.</>}</p></div></div>
    {data.traces.length ? <Cards /> : null}
    <Timeline />
    <div class="stage">
      <div class="stage-side"><div class="panel sight">
        <div class="bar-head"><h3>{sight === "map" ? "The world" : "Where it leads"}</h3>{data.grid ? <Segments label="How the world is drawn" options={[["map", "Map"], ["flow", "What follows"]]} chosen={sight} onChoose={setSight} /> : null}</div>
        {sight === "map" && data.grid ? <Map2 /> : <FlowView />}</div></div>
      <div class="stage-main"><Inspector /></div>
    </div>
  </section>;
};

const Help = (): JSX.Element => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => { const d = dialog.current; if (d && helping.value && !d.open) d.showModal(); if (d && !helping.value && d.open) d.close(); }, [helping.value]);
  const keys: [string, string][] = [["← →", "one step back or on"], ["Home End", "first and last step"], ["Space", "play or pause"], ["1 – 9", "choose a run"], ["Esc", "back to the run"], ["/", "search states"], ["B G N", "mark: never this, more of this, note"], ["?", "this help"]];
  return <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => { helping.value = false; }} onClick={(e) => { if (e.target === dialog.current) helping.value = false; }}>
    <div class="bar-head"><h2 id="help-title">Reading this page</h2><button type="button" class="quiet" aria-label="Close" onClick={() => { helping.value = false; }}>✕</button></div>
    <dl class="reading">
      <div><dt>Between two numbers</dt><dd>Every answer is a pair of numbers with the true value of the model in between. Rounding and stopping early can only widen it.</dd></div>
      <div><dt>Nature</dt><dd>Where the model leaves probabilities open, someone has to fill them in. That is Nature. A guarantee is computed with a Nature who fills them in as badly as the model allows.</dd></div>
      <div><dt><i class="swatch nature" /> A bar with a dot</dt><dd>The probabilities of one outcome that the model cannot rule out, and the one that Nature picked: ▲ as much as the model allows, ▼ as little.</dd></div>
      <div><dt><i class="swatch plan" /> Worth</dt><dd>What the goal comes to from there on: at least the lower number if the plan is followed, and no plan can promise more than the upper one. For goals that are made small, the sides are exchanged.</dd></div>
      <div><dt>Search</dt><dd>Words match labels, actions and values. <code>x&gt;=3</code>, <code>value&lt;0.5</code>, <code>visits&gt;0</code>, <code>does:east</code>, <code>is:start</code>; a minus in front excludes.</dd></div>
    </dl>
    <h3>Keys</h3>
    <dl class="keys">{keys.map(([k, what]) => <div key={k}><dt>{k.split(" ").map((x) => x === "–" ? " – " : <kbd key={x}>{x}</kbd>)}</dt><dd>{what}</dd></div>)}</dl>
    <label class="check"><input type="checkbox" checked={letters.value} onChange={(e) => { letters.value = e.currentTarget.checked; }} /> Letter and number keys act</label>
  </dialog>;
};

const listen = (): (() => void) => {
  const act = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || helping.value) return;
    const target = event.target as HTMLElement;
    if (target.closest("input:not([type=range]), textarea, select, dialog")) { if (event.key === "Escape") target.blur(); return; }
    const steps: Record<string, () => void> = { ArrowLeft: () => go(at.value - 1), ArrowRight: () => go(at.value + 1), Home: () => go(0), End: () => go(last.value) };
    const move = steps[event.key];
    if (move && (event.key.startsWith("Arrow") || target.closest("#explore"))) { event.preventDefault(); playing.value = false; move(); return; }
    if (event.key === "Escape") { pick(null); return; }
    if (event.key === " " && !target.closest("button, a, [role=button], summary")) { event.preventDefault(); playing.value = !playing.value; return; }
    if (!letters.value) return;
    const typed: Record<string, () => void> = {
      b: () => mark("Bad"), g: () => mark("Good"), n: () => document.getElementById("add-note")?.click(), "/": () => document.getElementById("search")?.focus(), "?": () => { helping.value = true; },
    };
    if (/^[1-9]$/.test(event.key)) choose(Number(event.key) - 1);
    else if (typed[event.key.toLowerCase()]) { event.preventDefault(); typed[event.key.toLowerCase()]!(); }
  };
  document.addEventListener("keydown", act);
  return () => document.removeEventListener("keydown", act);
};

const App = (): JSX.Element => {
  useEffect(listen, []);
  // A screen reader is told where it is now, once a step and not while the run plays.
  useEffect(() => {
    if (playing.value) return;
    const s = subject.value;
    if (at.value === 0 && run.value === 0 && picked.value === null) return;
    spoken.value = `${s.step ? `Step ${s.step.step}. ` : ""}${s.row === null ? `State ${s.number}` : world.name(s.row)}. ${s.action ? `Does ${s.action}.` : "The run ends here."}`;
  }, [at.value, run.value, picked.value, playing.value, step.value]);
  return <>
    <Nav />
    <main><Answer /><Explore /><Compare /><Beyond /><States /><ReviewView /></main>
    <p class="unseen" id="spoken" aria-live="polite">{spoken.value}</p>
    <Help />
  </>;
};

render(<App />, document.getElementById("app")!);
document.documentElement.dataset["ready"] = "yes";
