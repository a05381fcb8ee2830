// The runs: the few that are worth a look side by side, and the timeline of the one that is followed.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { RawStep, Trace } from "./data.ts";
import { at, choose, data, go, kind, last, marks, markRun, outcome, picked, playing, roleName, run, total, trace, wholeRun } from "./store.ts";
import type { Range } from "./numbers.ts";
import { axisOf, count, group, middle, place, range, scientific, show, tick } from "./numbers.ts";
import { Pill } from "./parts.tsx";

const valuesOf = (t: Trace): Range[] => t.steps.map((s) => range(s.bracket));

/** The value along a run, as points of a chart that is 1000 wide and 100 high. */
const line = (values: Range[], axis: ReturnType<typeof axisOf>): { points: string; band: string } => {
  const x = (i: number): number => values.length > 1 ? 1000 * i / (values.length - 1) : 500, y = (v: number): number => 100 - place(axis, v);
  const points = values.map((v, i) => Number.isFinite(middle(v)) ? `${x(i).toFixed(1)},${y(middle(v)).toFixed(1)}` : "").filter(Boolean).join(" ");
  const band = [...values.map((v, i) => `${x(i).toFixed(1)},${y(v.upper).toFixed(1)}`), ...values.map((v, i) => `${x(i).toFixed(1)},${y(v.lower).toFixed(1)}`).reverse()].join(" ");
  return { points, band };
};

const shared = axisOf(data.traces.flatMap(valuesOf), kind, kind === "probability", 2);

const Card = ({ t, index }: { t: Trace; index: number }): JSX.Element => {
  const end = outcome(t), sum = total(t), values = valuesOf(t);
  const { points } = line(values, shared), chosen = index === run.value, card = useRef<HTMLButtonElement>(null);
  // On a phone the cards lie in a row that is wider than the screen.
  useEffect(() => { const node = card.current; if (chosen && node?.parentElement) node.parentElement.scrollLeft = node.offsetLeft - node.parentElement.offsetLeft - 16; }, [chosen]);
  return <button type="button" ref={card} class="card" aria-pressed={chosen} onClick={() => choose(index)}>
    <span class="card-head"><b>{roleName(t)}</b><Pill tone={end.good === null ? "" : end.good ? "good" : "bad"}>{end.word}</Pill></span>
    <svg viewBox="0 -4 1000 108" preserveAspectRatio="none" aria-hidden="true"><polyline points={points} vector-effect="non-scaling-stroke" /></svg>
    <span class="card-foot">{count(t.length - 1, "step")}{sum !== null ? ` · total ${show(sum, "quantity")}` : ""}{t.probability !== null ? ` · probability ${t.probability < 1e-3 ? scientific(t.probability, 1) : t.probability.toFixed(4)}` : ""}{t.settled !== null ? ` · in ${t.settled}` : ""}{t.role !== "shortest" ? ` · run ${group(Number(t.run))}` : ""}</span>
  </button>;
};

export const Cards = (): JSX.Element => <div class="cards" role="group" aria-label="Which run is followed" style={{ "--cards": data.traces.length }}>
  {data.traces.map((t, i) => <Card key={`${t.role}-${t.run}-${t.leads_to ?? ""}`} t={t} index={i} />)}
</div>;

const stepMarks = (t: Trace): { index: number; verdict: string }[] => marks.value.flatMap((m) => {
  const index = m.run === t.run && m.step !== null && t.role !== "shortest" ? t.steps.findIndex((s: RawStep) => s.step === m.step) : -1;
  return index < 0 ? [] : [{ index, verdict: m.verdict }];
});

export const Timeline = (): JSX.Element | null => {
  const t = trace.value;
  useEffect(() => {
    if (!playing.value) return undefined;
    const timer = setInterval(() => { if (at.value >= last.value) playing.value = false; else go(at.value + 1); }, 700);
    return () => clearInterval(timer);
  }, [playing.value]);
  if (!t) return null;
  const values = valuesOf(t), axis = axisOf(values, kind, kind === "probability", 2), { points, band } = line(values, axis);
  const percent = (i: number): number => last.value ? 100 * i / last.value : 50;
  const stop = (to: () => number) => () => { playing.value = false; go(to()); };
  const now = t.steps[at.value]!, position = `Step ${group(now.step)} of ${group(t.length - 1)}`;
  const toggle = (): void => { if (!playing.value && at.value === last.value) go(0); playing.value = !playing.value; };
  return <div class="panel timeline">
    <div class="bar-head"><h3>{kind === "probability" ? "How good things look along the run" : "What is still to come along the run"}</h3>
      {t.role === "shortest" ? null : <div class="whole-run"><span class="small">The whole run:</span>
        {(["Bad", "Good"] as const).map((v) => <button type="button" key={v} class={`mark ${v.toLowerCase()}`} aria-pressed={wholeRun.value?.verdict === v} onClick={() => markRun(v)}>{v === "Bad" ? "Never this" : "More of this"}</button>)}</div>}
    </div>
    <div class="chart">
      <div class="chart-axis" aria-hidden="true">{Array.from({ length: axis.steps + 1 }, (_, i) => <span key={i} style={{ bottom: `${100 * i / axis.steps}%` }}>{tick(axis, i)}</span>)}</div>
      <div class="chart-box">
        <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label={`The value of the goal along the run: from ${show(middle(values[0]!), kind)} to ${show(middle(values[values.length - 1]!), kind)}`}
          onPointerDown={(e) => { const box = e.currentTarget.getBoundingClientRect(); const to = Math.round((e.clientX - box.left) / box.width * last.value); stop(() => to)(); }}>
          {Array.from({ length: axis.steps + 1 }, (_, i) => <line key={i} class="rule" x1="0" x2="1000" y1={100 - 100 * i / axis.steps} y2={100 - 100 * i / axis.steps} vector-effect="non-scaling-stroke" />)}
          <polygon class="band" points={band} />
          <polyline class="ahead" points={points} vector-effect="non-scaling-stroke" />
          <polyline class="past" points={points.split(" ").slice(0, at.value + 1).join(" ")} vector-effect="non-scaling-stroke" />
        </svg>
        <i class="cursor" style={{ left: `${percent(at.value)}%`, top: `${100 - place(axis, middle(values[at.value]!))}%` }} />
        {stepMarks(t).map((m) => <i key={m.index} class={`flag ${m.verdict.toLowerCase()}`} style={{ left: `${percent(m.index)}%` }} title={m.verdict} />)}
      </div>
    </div>
    <div class="scrub"><input type="range" id="scrub" min={0} max={last.value} step={1} value={at.value} aria-label="Step of the run" aria-valuetext={position} onInput={(e) => { const to = Number(e.currentTarget.value); stop(() => to)(); }} /></div>
    <div class="controls">
      <button type="button" id="first" aria-label="First step" disabled={at.value === 0} onClick={stop(() => 0)}>⇤</button>
      <button type="button" id="previous" aria-label="Previous step" disabled={at.value === 0} onClick={stop(() => at.value - 1)}>←</button>
      <button type="button" id="play" class="primary" aria-pressed={playing.value} onClick={toggle}>{playing.value ? "Pause" : "Play"}</button>
      <button type="button" id="next" aria-label="Next step" disabled={at.value === last.value} onClick={stop(() => at.value + 1)}>→</button>
      <button type="button" id="last" aria-label="Last step" disabled={at.value === last.value} onClick={stop(() => last.value)}>⇥</button>
      <p id="position">{position}{picked.value !== null ? ", left for a look elsewhere" : ""}</p>
      {t.steps.length < t.length ? <p class="small">{group(t.length - t.steps.length)} steps in the middle are left out.</p> : null}
    </div>
  </div>;
};
