// What happens beside the goal, and a second plan beside the first.

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { data, kind, outcome, pick, roleNames, total, world } from "./store.ts";
import type { Summary, Trace } from "./data.ts";
import type { Range } from "./numbers.ts";
import { axisOf, between, count, group, headline, middle, number, percent, range, show, signed } from "./numbers.ts";
import { Pill, Track } from "./parts.tsx";

const other = data.beside;

const Lines = ({ names, of, kind: what, title, note }: { names: string[]; of: (s: Summary, name: string) => { value: number; interval: Range } | null; kind: "probability" | "quantity"; title: string; note: string }): JSX.Element | null => {
  const mine = data.simulation, theirs = other?.simulation ?? null;
  const [all, setAll] = useState(false);
  if (!mine || !names.length) return null;
  const apart = (r: { mine: { value: number } | null; theirs: { value: number } | null }): number => Math.abs((r.mine?.value ?? 0) - (r.theirs?.value ?? 0));
  const every = names.map((name) => ({ name, mine: of(mine, name), theirs: theirs ? of(theirs, name) : null }));
  // Where two plans are compared, what they part over comes first.
  if (theirs) every.sort((a, b) => apart(b) - apart(a));
  const rows = all ? every : every.slice(0, 10);
  const axis = what === "probability" ? axisOf([], "probability", true, 2) : null;
  return <div class="panel"><h3>{title}</h3><p class="small">{note}</p>
    <div class={`rows side ${other ? "two" : ""}`} role="table" aria-label={title}>
      {other ? <div class="row head" role="row"><span role="columnheader">{what === "probability" ? "Label" : "Quantity"}</span><span role="columnheader" class="track-cell"><span class="unseen">Drawn on a line</span></span><span role="columnheader" class="number">This plan</span><span role="columnheader" class="number">{other.name}</span></div> : null}
      {rows.map((r) => {
        const own = axis ?? axisOf([r.mine, r.theirs].flatMap((x) => x ? [x.interval, { lower: 0, upper: 0 }] : []), "quantity", true, 2);
        const text = (x: { value: number; interval: Range } | null): string => !x ? "none" : what === "probability" ? percent(x.value) : show(x.value, "quantity");
        return <div class="row" role="row" key={r.name}><span role="cell" class="name">{r.name}</span>
          <span role="cell" class="track-cell">{r.mine ? <Track axis={own} range={r.mine.interval} dot={r.mine.value} tone="own" /> : null}{r.theirs ? <Track axis={own} range={r.theirs.interval} dot={r.theirs.value} tone="nature" /> : null}</span>
          <span role="cell" class="number">{text(r.mine)}</span>{other ? <span role="cell" class="number">{text(r.theirs)}{r.mine && r.theirs && Math.abs(r.theirs.value - r.mine.value) > 1e-9 ? <small>{signed(r.theirs.value - r.mine.value, what)}</small> : null}</span> : null}</div>;
      })}
    </div>
    {every.length > rows.length ? <button type="button" class="more" onClick={() => setAll(true)}>Show all {every.length}</button> : null}</div>;
};

const union = (a: string[], b: string[]): string[] => [...new Set([...a, ...b])];

export const Beyond = (): JSX.Element | null => {
  const s = data.simulation;
  if (!s || (!s.labels.length && !s.quantities.length)) return null;
  const t = other?.simulation;
  return <section id="beyond" aria-labelledby="beyond-title">
    <div class="section-head"><div><h2 id="beyond-title">What else happens</h2><p class="gloss">Over {count(s.runs, "run")}, whether the goal speaks of it or not. What you did not ask for shows here.</p></div></div>
    <div class="two-columns">
      <Lines title="How often runs come by a label" note="Shares of runs in which it held at some step" kind="probability" names={union(s.labels.map((l) => l.label), t?.labels.map((l) => l.label) ?? [])}
        of={(x, name) => { const l = x.labels.find((y) => y.label === name); return l ? { value: l.runs / Math.max(1, x.runs), interval: range(l.interval) } : null; }} />
      <Lines title="What the quantities come to" note="Means over runs, each up to where it ends for the goal" kind="quantity" names={union(s.quantities.map((q) => q.quantity), t?.quantities.map((q) => q.quantity) ?? [])}
        of={(x, name) => { const q = x.quantities.find((y) => y.quantity === name); return q ? { value: number(q.mean), interval: range(q.interval) } : null; }} />
    </div>
  </section>;
};

const spark = (t: Trace, k: "probability" | "quantity"): string => {
  const values = t.steps.map((s) => middle(range(s.bracket))), axis = axisOf(t.steps.map((s) => range(s.bracket)), k, k === "probability");
  return values.map((v, i) => Number.isFinite(v) ? `${values.length > 1 ? 1000 * i / (values.length - 1) : 500},${100 - 100 * (v - axis.low) / (axis.high - axis.low || 1)}` : "").filter(Boolean).join(" ");
};

export const Compare = (): JSX.Element | null => {
  const differing = useMemo(() => !other ? [] : Array.from({ length: world.count }, (_, row) => row).filter((row) => other.action[row] !== -2 && (other.action[row]! < 0 ? null : other.actions[other.action[row]!]!) !== world.action(row))
    .sort((a, b) => Math.max(world.visits(b), other.visits[b]!) - Math.max(world.visits(a), other.visits[a]!) || a - b), []);
  if (!other) return null;
  const both = other.action.filter((a) => a !== -2).length, seen = differing.filter((row) => world.visits(row) + other.visits[row]! > 0).length;
  const same = other.wanted.kind === kind && other.goal === data.goal;
  const change = middle(range(other.bracket)) - middle(range(data.bracket));
  return <section id="compare" aria-labelledby="compare-title">
    <div class="section-head"><div><h2 id="compare-title">Two plans side by side</h2>
      <p class="gloss">{differing.length === 0 ? "They do the same everywhere." : `They part ways in ${group(differing.length)} of ${group(both)} states, ${seen === 0 ? "none of which" : `${group(seen)} of which`} the runs come by.`}</p></div></div>
    <div class="two-columns plans">
      {([["This plan", data.goal, data.bracket, data.wanted, data.checked, data.traces], [other.name, other.goal, other.bracket, other.wanted, other.checked, other.traces]] as const).map(([name, goal, bracket, wanted, checked, traces], i) =>
        <div class={`panel plan-${i}`} key={name}><p class="eyebrow">{name}</p><p class="plan-value">{headline(wanted.more ? number(bracket.lower) : number(bracket.upper), wanted.kind, wanted.more ? "down" : "up")}
          {i === 1 && same ? <small>{signed(change, kind)}</small> : null}</p>
          <p class="small"><code>{goal}</code></p><p class="small">{checked ? `proved by ${count(checked.inequalities, "inequality", "inequalities")}` : "not proved on this page"}</p>
          <div class="mini">{traces.filter((t) => t.role !== "shortest").map((t) => { const end = outcome(t); return <div key={t.role + t.run}><span>{roleNames[t.role]}</span><svg viewBox="0 -4 1000 108" preserveAspectRatio="none" aria-hidden="true"><polyline points={spark(t, wanted.kind)} vector-effect="non-scaling-stroke" /></svg>
            <span class="small">{count(t.length - 1, "step")}{total(t) !== null ? `, total ${show(total(t)!, "quantity")}` : ""} <Pill tone={end.good === null ? "" : end.good ? "good" : "bad"}>{end.word}</Pill></span></div>; })}</div>
        </div>)}
    </div>
    {differing.length ? <div class="panel"><h3>Where they part ways, most visited first</h3>
      <div class="scroller"><table class="states differs-table"><thead><tr><th scope="col">State</th><th scope="col">This plan</th><th scope="col">{other.name}</th><th scope="col" class="number">Worth here</th><th scope="col" class="number">Worth there</th><th scope="col" class="number">Visits here / there</th></tr></thead>
        <tbody>{differing.slice(0, 12).map((row) => <tr key={row}><td><button type="button" class="link" onClick={() => { pick(row); document.getElementById("explore")?.scrollIntoView({ block: "start" }); }}>{world.name(row)}</button></td>
          <td>{world.action(row) ?? "settled"}</td><td class="differs">{other.action[row]! < 0 ? "settled" : other.actions[other.action[row]!]}</td><td class="number">{between(world.bracket(row), kind)}</td>
          <td class="number">{other.lower[row] === null ? "" : between({ lower: number(other.lower[row]), upper: number(other.upper[row]) }, other.wanted.kind)}</td><td class="number">{group(world.visits(row))} / {group(other.visits[row]!)}</td></tr>)}</tbody></table></div>
      {differing.length > 12 ? <p class="small">{group(differing.length - 12)} more; the map shows all of them under “Change”.</p> : null}</div> : null}
    {other.only_there ? <p class="small">{count(other.only_there, "state")} of its world {other.only_there === 1 ? "is" : "are"} not in this one.</p> : null}
  </section>;
};
