// One state: what it is, what the goal still asks for, why this action, and what Nature may do.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { AimStep, Alternative, Branch } from "./data.ts";
import { plain } from "./data.ts";
import type { Subject } from "./store.ts";
import { data, go, here, kind, mark, note, pick, picked, step, subject, trace, world, at } from "./store.ts";
import { axisOf, between, count, fraction, group, middle, number, place, share, show } from "./numbers.ts";
import { AxisHead, Pill, Track } from "./parts.tsx";

const paintOf = (label: string): string | null => data.grid?.paint.find(([name]) => name === label)?.[1] ?? null;
export const Label = ({ name }: { name: string }): JSX.Element => {
  const colour = paintOf(name);
  return <span class="pill label">{colour ? <i class="swatch" style={{ background: colour }} /> : null}{name}</span>;
};

const owedText = (s: Subject): string | null => {
  const owed = s.step?.owed;
  if (!owed) return null;
  const parts: string[] = [];
  const end = s.step && !s.step.decision && trace.value;
  if (!owed.open) parts.push({ held: "The formula has held.", failed: "The formula can no longer hold.", summed: "The sum is complete.", endless: "The sum never ends from here.", unfinished: "Still open." }[end ? end.outcome : "unfinished"]);
  else parts.push(kind === "probability" ? `Still open: ${data.goal_in_words.replace(/^the probability of /, "")}` : `Still adding up: ${data.goal_in_words}`);
  if (owed.open && owed.steps_left !== undefined) parts.push(`${count(owed.steps_left, "step")} left`);
  if (owed.so_far !== undefined && owed.so_far !== null) parts.push(`${show(number(owed.so_far), "quantity")} so far`);
  return parts.join(" · ");
};

/** Every goal and requirement: what it is worth here, and what it still asks for. */
const Aims = ({ s }: { s: Subject }): JSX.Element | null => {
  if (!s.aims.length) return null;
  const words = { held: "has held", failed: "can no longer hold", summed: "complete", endless: "never ends from here", unfinished: "still open" };
  const owed = (step: AimStep | null): string => {
    if (!step) return "";
    const parts = [step.ended ? words[step.ended] : "still open"];
    if (step.owed.open && step.owed.steps_left !== undefined) parts.push(`${count(step.owed.steps_left, "step")} left`);
    if (step.owed.so_far !== undefined && step.owed.so_far !== null) parts.push(`${show(number(step.owed.so_far), "quantity")} so far`);
    return parts.join(" · ");
  };
  return <div class="aims" id="aims" role="list" aria-label="Every goal and requirement">
    {s.aims.map(({ aim, bracket, step }) => <div role="listitem" key={aim.name}><span class="aim-name">{aim.name}</span><span>{aim.goal_in_words}{aim.bound ? <span class="muted"> {aim.bound}</span> : null}{step ? <small>{owed(step)}</small> : null}</span>
      <span class="number">{between(bracket, aim.wanted.kind)}</span></div>)}
  </div>;
};

const Marks = (): JSX.Element => {
  const now = here.value, [open, setOpen] = useState(false), field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => { setOpen(false); }, [subject.value.number, at.value, picked.value]);
  const writing = open || Boolean(now);
  return <div class="marks">
    <div class="mark-row" role="group" aria-label="What you think of this step">
      <button type="button" class="mark bad" aria-pressed={now?.verdict === "Bad"} onClick={() => mark("Bad")} title="Key B">Never this</button>
      <button type="button" class="mark good" aria-pressed={now?.verdict === "Good"} onClick={() => mark("Good")} title="Key G">More of this</button>
      <button type="button" class="mark note" aria-pressed={writing} onClick={() => { setOpen(true); setTimeout(() => field.current?.focus(), 0); }} title="Key N" id="add-note">Note</button>
    </div>
    {writing ? <textarea ref={field} id="note" rows={2} placeholder="What should a better goal say about this?" aria-label="Note on this step" value={now?.note ?? ""} onInput={(e) => note(e.currentTarget.value)} /> : null}
  </div>;
};

const Head = ({ s }: { s: Subject }): JSX.Element => {
  const few = s.values.length > 0 && s.values.length <= 8;
  const owed = owedText(s);
  return <div class="subject">
    <div class="subject-top">
      <div>
        <p class="eyebrow">{picked.value !== null ? "A state looked up by hand" : s.step ? `Step ${group(s.step.step)}` : "Where runs start"}</p>
        <h3 class="state-name" id="state-name">{s.values.length === 0 ? `State ${group(s.number)}` : few
          ? s.values.map(([name, value], i) => <span class="var" key={name}><i>{world.short[i]}</i>{plain(value)}</span>) : s.row === null ? `State ${group(s.number)}` : world.name(s.row)}</h3>
        <p class="labels">{s.labels.map((name) => <Label key={name} name={name} />)}</p>
      </div>
      <div class="worth"><p class="eyebrow">Worth</p><p class="worth-value">{between(s.bracket, kind)}</p></div>
    </div>
    {s.aims.length ? <Aims s={s} /> : owed ? <p class="owed">{owed}</p> : null}
    {picked.value !== null && step.value ? <button type="button" class="back" onClick={() => pick(null)}>← Back to step {group(step.value.step)} of the run</button> : null}
    <Marks />
  </div>;
};

const SHOWN = 6;
const Why = ({ s }: { s: Subject }): JSX.Element => {
  const [all, setAll] = useState(false);
  if (!s.action) return <div class="panel" id="why"><h3>{s.step && !s.step.decision ? "The run ends here" : "Settled"}</h3>
    <p class="small">{s.step && trace.value ? { held: "The formula of the goal has held; what comes after does not matter.", failed: "The formula of the goal can no longer hold.", summed: "The quantity has come to its total.", endless: "From here the end can never be reached.", unfinished: "The run was cut at its longest length." }[trace.value.outcome] : "Nothing that is done here changes what the goal comes to."}</p></div>;
  if (!s.alternatives.length && data.decision) return <div class="panel" id="why"><h3>{s.known ? <>Why <em>{s.action}</em></> : "Nothing to choose"}</h3>
    <p class="small">{!s.known && !s.stake ? "There is only one way on from here." : s.known?.deciding === "whole" ? "A predictor reads what is done here, or the agent acts alike elsewhere without knowing it. An agent that did otherwise here would be another agent everywhere: only whole policies can be compared." : "Nature’s mixture does not lead here."}</p></div>;
  if (!s.alternatives.length) return <div class="panel" id="why"><h3>Why <em>{s.action}</em></h3><p class="small">There was no room on this page for the alternatives of this state. <code>murphy explain</code> has them.</p></div>;
  const wanted = s.aim?.wanted ?? data.wanted, kind = wanted.kind, sign = wanted.more ? -1 : 1;
  const order = [...s.alternatives].sort((a, b) => Number(b.chosen) - Number(a.chosen) || sign * (middle(a.bracket) - middle(b.bracket)));
  const rows = all ? order : order.slice(0, SHOWN), axis = axisOf(order.map((a) => a.bracket), kind, false, 2);
  const taken = order[0]!, rival = order.find((a) => !a.chosen);
  const lead = rival ? Math.abs(middle(taken.bracket) - middle(rival.bracket)) : 0;
  const lots = order.filter((a) => a.share !== null);
  const verdict = s.known?.deciding === "lot" ? "The lot at the start decided it, and whoever predicts the agent saw the lot." : s.known?.deciding === "whole" ? "Compared as whole policies: a predictor knows which it is." : lots.length > 1 ? `It draws a lot: ${lots.map((a) => `${a.action} ${share(a.share!)}`).join(", ")}. Nature cannot know which.` : !rival ? "It is all that can be done here." : !Number.isFinite(lead) ? `${rival.action} may never reach the end.`
    : lead < 1e-9 ? data.aims.length ? `As good as ${rival.action} by this; what else is asked decides.` : `As good as ${rival.action}: no difference shows.` : `Next best is ${rival.action}, ${show(lead, "quantity")} ${wanted.more ? "worse" : "more"}.`;
  const worse = (a: Alternative): string => { const d = middle(a.bracket) - middle(taken.bracket); return a.chosen ? "" : !Number.isFinite(d) ? "" : Math.abs(d) < 1e-9 ? "same" : `${d > 0 ? "+" : "−"}${show(Math.abs(d), "quantity")}`; };
  return <div class="panel" id="why">
    <div class="bar-head"><h3>Why <em>{s.action}</em></h3><p class="small">{verdict}</p></div>
    <div class="rows alternatives" role="table" aria-label="What each action is worth">
      <div class="row head" role="row"><span role="columnheader">Action</span><span class="track-cell" role="columnheader"><span class="unseen">Drawn on a line</span>{order.length > 1 ? <AxisHead axis={axis} /> : null}</span><span role="columnheader" class="number">Worth</span><span role="columnheader" class="number">Difference</span></div>
      {rows.map((a) => <div key={a.action} role="row" class={`row ${a.chosen ? "chosen" : ""}`}>
        <span role="cell" class="name">{a.action}{a.share !== null ? <small class="muted"> {share(a.share)}</small> : null}{a.chosen ? <span class="unseen"> (taken)</span> : null}</span>
        <span role="cell" class="track-cell">{order.length > 1 ? <Track axis={axis} range={a.bracket} tone={a.chosen ? "own" : "variant"} /> : null}</span>
        <span role="cell" class="number">{between(a.bracket, kind)}</span><span role="cell" class="number muted">{worse(a)}</span>
      </div>)}
    </div>
    {order.length > rows.length ? <button type="button" class="more" onClick={() => setAll(true)}>Show all {order.length} actions</button> : null}
    {s.aim ? <p class="small">Told by {s.aim.name}, {s.aim.goal_in_words}: all that counts more is settled here.</p> : null}
    {data.decision && s.known?.deciding !== "whole" ? <p class="small">What each is worth to Nature’s least favourable mixture of worlds, given what is known{s.known && (s.stake?.alike ?? 1) > 1 ? `, over the ${group(s.stake!.alike)} histories that look alike here` : ""}.</p> : null}
  </div>;
};

/** What is still at stake where a choice is made: the a-measure of each world. */
const Stake = ({ s }: { s: Subject }): JSX.Element | null => {
  const [all, setAll] = useState(false);
  if (!data.decision || (!s.known && !s.stake)) return null;
  const stake = s.stake;
  if (!stake) return <div class="panel" id="stake"><h3>Still at stake</h3><p class="small">{data.decision.knowledge.every((k) => !k.stake) ? "The agent forgets what it saw and did, so that it has no belief along the way that could be carried on." : "The plan does not lead here."}</p></div>;
  const prior = stake.worlds.some((w) => w.posterior), rows = all ? stake.worlds : stake.worlds.slice(0, 10), hidden = stake.worlds.length - rows.length;
  const axis = axisOf([{ lower: 0, upper: Math.max(1e-9, ...stake.worlds.map((w) => w.lambda ? number(w.lambda.value) + number(w.b!.value) : 0)) }], "quantity", true, 2);
  return <div class="panel" id="stake">
    <div class="bar-head"><h3>Still at stake</h3><p class="small">{number(stake.share.value) === 0 ? "Nothing: whatever follows, the guarantee is the same." : `${fraction(stake.share)} of the range from the worst to the best payoff`}</p></div>
    <p class="small knows">Known: {stake.knows.includes("=") ? stake.knows : stake.knows || "nothing"}{stake.alike > 1 ? `. ${group(stake.alike)} histories look alike.` : ""}</p>
    <div class="scroller" tabIndex={0} role="region" aria-label="What is still at stake, by world"><table class="stakes"><caption class="unseen">For each world that Nature may have settled: how much it still counts, and what is secured in it elsewhere</caption>
      <thead><tr><th scope="col">World</th><th scope="col" class="track-head"><span class="unseen">b, and λ on top of it</span><AxisHead axis={axis} /></th><th scope="col" class="number" title="How much it still counts, on a scale of payoffs from 0 to 1">λ</th><th scope="col" class="number" title="What is secured in it elsewhere, on the same scale">b</th><th scope="col" class="number">Secured</th><th scope="col" class="number" title="What its weight in Nature’s least favourable mixture comes to, given what is known">Nature</th>{prior ? <th scope="col" class="number">Posterior</th> : null}</tr></thead>
      <tbody>{rows.map((w) => { const b = w.b ? number(w.b.value) : 0, l = w.lambda ? number(w.lambda.value) : 0;
        return <tr key={w.world}><th scope="row">{w.world}</th><td><span class="track" aria-hidden="true"><i class="range secured" style={{ left: `${place(axis, 0)}%`, width: `${place(axis, b) - place(axis, 0)}%` }} /><i class="range own" style={{ left: `${place(axis, b)}%`, width: `${place(axis, b + l) - place(axis, b)}%` }} /></span></td>
          <td class="number">{w.lambda ? fraction(w.lambda) : "–"}</td><td class="number">{w.b ? fraction(w.b) : "–"}</td><td class="number">{fraction(w.secured)}</td><td class="number nature-pick">{w.nature === undefined ? "–" : share(w.nature)}</td>{prior ? <td class="number">{w.posterior ? fraction(w.posterior) : "–"}</td> : null}</tr>; })}</tbody></table></div>
    {hidden > 0 ? <button type="button" class="more" onClick={() => setAll(true)}>Show all {group(stake.worlds.length)} worlds</button> : null}
    <p class="small">λ is how much a world still counts, b what is secured in it where this is not come to. {stake.more ? `${count(stake.more, "more world")} not on this page. ` : ""}Whoever only conditioned on what was seen would forget b.</p>
  </div>;
};

/** Three outcomes: every distribution is a point of a triangle, and bounds cut a region out of it. */
const Triangle = ({ branches }: { branches: Branch[] }): JSX.Element => {
  const corners = [[80, 6], [6, 134], [154, 134]] as const;
  const spot = (p: number[]): [number, number] => [0, 1].map((k) => p.reduce((sum, part, i) => sum + part * corners[i]![k]!, 0)) as [number, number];
  let region = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const clip = (inside: (p: number[]) => number): void => {
    const next: number[][] = [];
    region.forEach((p, i) => {
      const q = region[(i + 1) % region.length]!, a = inside(p), b = inside(q);
      if (a >= 0) next.push(p);
      if ((a < 0) !== (b < 0)) next.push(p.map((v, k) => v + (q[k]! - v) * a / (a - b)));
    });
    region = next;
  };
  branches.forEach((b, i) => { clip((p) => p[i]! - b.low + 1e-12); clip((p) => b.high - p[i]! + 1e-12); });
  const [x, y] = spot(branches.map((b) => b.nature));
  return <svg class="triangle" viewBox="-16 -14 192 172" role="img" aria-label="The same bounds as a region of the triangle of all distributions, with Nature's pick as a point">
    <polygon class="frame" points={corners.join(" ")} />
    <polygon class="region" points={region.map((p) => spot(p).map((v) => v.toFixed(2)).join(",")).join(" ")} />
    <circle class="pick" cx={x} cy={y} r={5.5} />
    {branches.map((b, i) => <text key={i} x={corners[i]![0]} y={corners[i]![1] + (i ? 16 : -5)} text-anchor="middle">{b.name.length > 15 ? `${b.name.slice(0, 14)}…` : b.name}</text>)}
  </svg>;
};

const Nature = ({ s }: { s: Subject }): JSX.Element | null => {
  const [all, setAll] = useState(false), kind = s.aim?.wanted.kind ?? data.wanted.kind;
  if (!s.action) return null;
  if (!s.branches.length) return <div class="panel" id="nature"><h3>What Nature may do</h3><p class="small">There was no room on this page for the branches of this state.</p></div>;
  const order = [...s.branches].sort((a, b) => Number(b.happened) - Number(a.happened) || b.nature - a.nature || b.high - a.high);
  const rows = all ? order : order.slice(0, 8), hidden = order.length - rows.length, top = Math.max(...order.map((b) => b.high));
  const full = top > 0.5, axis = full ? axisOf([], "probability", true, 2) : axisOf([{ lower: 0, upper: top }], "quantity", true, 2);
  const open = s.branches.some((b) => b.high - b.low > 1e-12);
  const lead = (b: Branch): void => { if (b.happened && s.step) go(at.value + 1); else if (b.row !== null) pick(b.row); };
  const extreme = (b: Branch): string => b.high - b.low < 1e-12 ? "" : b.nature >= b.high - 1e-9 ? "▲" : b.nature <= b.low + 1e-9 ? "▼" : "";
  const words: Record<string, string> = { "settled once": "as the worlds that are left have it", "settled anew": "settled anew each time", interval: "an interval for each outcome", precise: "one exact distribution", "L1 ball": "a ball around an estimate" };
  return <div class="panel" id="nature">
    <div class="bar-head"><h3>What Nature may do</h3><p class="small">{open ? `${count(s.branches.length + (s.rest?.branches ?? 0), "outcome")}, ${words[s.kind ?? ""] ?? s.kind}` : "Nothing is open here: the probabilities are exact."}</p></div>
    <div class={s.branches.length === 3 && open ? "credal with-triangle" : "credal"}>
      <div class="rows branches" role="table" aria-label="What can happen next, and the probabilities that cannot be ruled out">
        <div class="row head" role="row"><span role="columnheader">What happens</span><span class="track-cell" role="columnheader"><span class="unseen">What cannot be ruled out</span><AxisHead axis={axis} /></span><span role="columnheader" class="number">{data.decision ? "Mixture" : "Pick"}</span><span role="columnheader" class="number">Worth then</span></div>
        {rows.map((b, i) => <div key={i} role="row" class={`row ${b.happened ? "happened" : ""}`}>
          <span role="cell" class="name">{b.row === null ? b.name : <button type="button" class="link" onClick={() => lead(b)} title={world.name(b.row)}>{b.name}</button>}
            {b.labels.map((name) => <Label key={name} name={name} />)}{b.happened ? <Pill tone="plan">happened</Pill> : null}</span>
          <span role="cell" class="track-cell"><span class="unseen">between {share(b.low)} and {share(b.high)}</span>
            <span class="track" aria-hidden="true"><i class="range nature" style={{ left: `${place(axis, b.low)}%`, width: `${Math.max(0, place(axis, b.high) - place(axis, b.low))}%` }} /><i class="dot nature" style={{ left: `${place(axis, b.nature)}%` }} /></span></span>
          <span role="cell" class="number nature-pick">{share(b.nature)} <small>{extreme(b)}</small></span><span role="cell" class="number">{Number.isNaN(middle(b.value)) ? "" : between(b.value, kind)}</span>
        </div>)}
      </div>
      {s.branches.length === 3 && open ? <Triangle branches={s.branches} /> : null}
    </div>
    {hidden > 0 || s.rest ? <p class="small">{hidden > 0 ? <button type="button" class="more" onClick={() => setAll(true)}>Show {group(hidden)} more, {share(Math.min(1, order.slice(8).reduce((sum, b) => sum + b.nature, 0)))} together</button> : null}
      {s.rest ? ` ${count(s.rest.branches, "more outcome")} with ${share(s.rest.nature)} together are not on this page.` : ""}</p> : null}
  </div>;
};

const Measured = ({ s }: { s: Subject }): JSX.Element | null => {
  const t = trace.value;
  if (!s.step || !t) return null;
  const names = Object.keys(t.steps[0]?.decision?.measured ?? {});
  if (!names.length) return null;
  const upTo = t.steps.filter((x) => x.step < s.step!.step);
  const sum = (name: string, steps: typeof t.steps): number => steps.reduce((all, x) => all + number(x.decision?.measured?.[name] ?? 0), 0);
  if (t.steps.length < t.length) return null;
  return <p class="measured">{names.map((name) => <span key={name}><b>{name}</b> {show(sum(name, upTo), "quantity")} so far, {show(sum(name, t.steps), "quantity")} in the end</span>)}</p>;
};

const Happened = ({ s }: { s: Subject }): JSX.Element | null => {
  if (s.aim) return <p class="happened-line">It does <b>{s.action}</b>. What happens: <b>{s.branches.filter((x) => x.happened).map((x) => [x.labels.join(", "), x.name].filter(Boolean).join(" · ")).join("")}</b>.</p>;
  const b = s.branches.find((x) => x.happened);
  if (!s.step?.decision || !b) return null;
  const now = middle(s.bracket), then = middle(b.value);
  const turn = !Number.isFinite(now - then) || Math.abs(then - now) < 1e-9 ? "the worth stays as it was" : `the worth ${then > now ? "rises" : "falls"} from ${show(now, kind)} to ${show(then, kind)}`;
  return <p class="happened-line">It does <b>{s.action}</b>. What happens: <b>{[b.labels.join(", "), b.name].filter(Boolean).join(" · ")}</b>; {turn}.</p>;
};

export const Inspector = (): JSX.Element => {
  const s = subject.value, key = `${s.number}-${at.value}-${picked.value}`;
  return <div class="inspector" id="inspector"><div class="panel"><Head s={s} /><Happened s={s} /><Measured s={s} /></div><Why s={s} key={`w${key}`} /><Stake s={s} key={`s${key}`} /><Nature s={s} key={`n${key}`} /></div>;
};
