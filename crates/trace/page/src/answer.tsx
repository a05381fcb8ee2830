// The answer: what is guaranteed, where it lies among other assumptions, and why to believe it.

import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { data, kind, noun, nouns } from "./store.ts";
import type { Range } from "./numbers.ts";
import { axisOf, between, count, fraction, group, headline, number, range, show } from "./numbers.ts";
import { AxisHead, Coded, Pill, Segments, Track } from "./parts.tsx";

const pessimistic = data.stance === "Pessimistic", more = data.wanted.more;

export const natureWords = (nature: string): string => data.decision ? ({
  worst: "worlds drawn by Nature’s least favourable mixture", nominal: "each world alike likely", sampled: "each world alike likely", mixed: "her least favourable mixture and an even one",
}[nature] ?? nature) : ({
  worst: pessimistic ? "worst-case Nature" : "Nature as declared", nominal: "Nature at the centre of each set", sampled: "Nature drawn at random from each set",
  mixed: "a mixture of the declared Nature and the centre",
}[nature] ?? nature);

const Claim = (): JSX.Element => {
  const [kept, limit] = more ? [number(data.bracket.lower), number(data.bracket.upper)] : [number(data.bracket.upper), number(data.bracket.lower)];
  const value = <strong>{headline(kept, kind, more ? "down" : "up")}</strong>, best = <b>{headline(limit, kind, more ? "up" : "down")}</b>;
  const goal = <b>{data.goal_in_words}</b>;
  if (pessimistic) return <div>
    <p class="eyebrow">What the plan guarantees</p>
    <h2 class="claim" id="claim">{more ? "At least " : "At most "}{value}</h2>
    <p class="gloss">The plan keeps {goal} {more ? "at or above" : "at or below"} this, {data.decision?.hypotheses.length ? "in the worst world of each hypothesis, weighed by their prior" : "in every world that the model cannot rule out"}. No plan can promise {more ? "more" : "less"} than {best}.</p>
  </div>;
  const optimistic = data.stance === "Optimistic";
  return <div>
    <p class="eyebrow">{optimistic ? "What is possible at best" : "At the centre of every set"}</p>
    <h2 class="claim" id="claim">{value}</h2>
    <p class="gloss">With the plan, {goal} is {more ? "at least" : "at most"} this {optimistic
      ? "if Nature fills in what is open in the plan's favour. This is a hope, not a guarantee: "
      : "if the model's central estimate is exactly right. That is an assumption, not a guarantee: "}no plan does better than {best} under the same assumption.</p>
  </div>;
};

interface Row { name: string; note: string; bracket: Range; tone: string; dot?: number; mean?: string }

const rowsOf = (): Row[] => {
  const s = data.simulation;
  const rows: Row[] = [{ name: "This plan", note: data.checked ? "proved" : "computed", bracket: range(data.bracket), tone: "own" }];
  if (data.beside && data.beside.wanted.kind === kind) rows.push({ name: data.beside.name, note: "the plan beside it", bracket: range(data.beside.bracket), tone: "other" });
  if (s) rows.push({
    name: "Seen in simulation", note: `${group(s.runs)} runs, ${natureWords(s.nature)}; ${+(100 * s.confidence).toFixed(4)} % interval${s.exact ? "" : ", estimated"}`,
    bracket: range(s.interval), tone: "seen", dot: number(s.mean), mean: show(number(s.mean), kind),
  });
  return rows.concat(data.variants.map((v) => ({ name: v.name.charAt(0).toUpperCase() + v.name.slice(1), note: v.note, bracket: range(v.bracket), tone: "variant" })));
};

const Lies = (): JSX.Element => {
  const [scale, setScale] = useState<"whole" | "close">("close");
  const rows = rowsOf(), axis = axisOf(rows.map((r) => r.bracket), kind, scale === "whole", 2);
  return <div class="panel lies">
    <div class="bar-head"><h3 id="lies-title">Under other assumptions</h3>
      <Segments label="Scale of the axis" options={[["close", "Close up"], ["whole", kind === "probability" ? "0 to 1" : "From zero"]]} chosen={scale} onChoose={setScale} /></div>
    <div class="scroller"><table class="compare" aria-labelledby="lies-title">
      <thead><tr><th scope="col"><span class="unseen">Assumption</span></th><th scope="col" class="track-head"><span class="unseen">Drawn on a line</span><AxisHead axis={axis} /></th><th scope="col" class="number"><span class="unseen">Value</span></th></tr></thead>
      <tbody>{rows.map((row) => <tr key={row.name} class={row.tone}>
        <th scope="row">{row.name}<span>{row.note}</span></th>
        <td><Track axis={axis} range={row.bracket} dot={row.dot ?? null} tone={row.tone} /></td>
        <td class="number">{between(row.bracket, kind)}{row.mean ? <span>mean {row.mean}</span> : null}</td>
      </tr>)}</tbody>
    </table></div>
  </div>;
};

const Facts = (): JSX.Element => {
  const settled = { EachAction: "picks anew each time, after seeing the action", EachState: "picks anew in each state, before the action is drawn", Once: "picks once for the whole run" }[data.settled] ?? data.settled;
  const stance = { Pessimistic: "against the plan", Optimistic: "with the plan", Nominal: "on neither side" }[data.stance] ?? data.stance;
  const stop = { precise: "reached", "sweeps spent": "not reached: the budget of sweeps was spent", stalled: "not reached: rounding leaves nothing to gain" }[data.stop] ?? data.stop;
  const s = data.simulation;
  const ends = s ? [s.held && `${group(s.held)} met the goal`, s.failed && `${group(s.failed)} did not`, s.endless && `${group(s.endless)} can never end`, s.unfinished && `${group(s.unfinished)} were cut before their end`].filter(Boolean).join(", ") : "";
  return <details class="facts"><summary>The fine print</summary><dl>
    <div><dt>Goal, as written</dt><dd><code>{data.goal}</code></dd></div>
    {data.decision ? <><div><dt>Nature</dt><dd><Coded text={data.decision.nature.join("; ")} /></dd></div>
      <div><dt>Exact value</dt><dd><code>{data.decision.exact ?? `[${String(data.bracket.lower)}, ${String(data.bracket.upper)}]`}</code></dd></div>
      <div><dt>Size</dt><dd>{count(data.size[0], noun, nouns)}, {data.decision.histories ? `${count(data.size[1], "thing")} to know at a choice, ` : ""}{count(data.size[2], "world")}</dd></div></> : <>
    <div><dt>Nature</dt><dd>{stance}; {settled}</dd></div>
    <div><dt>Exact numbers</dt><dd><code>[{String(data.bracket.lower)}, {String(data.bracket.upper)}]</code>, precision {data.precision} asked for, {stop}{data.sweeps ? ` after ${count(data.sweeps, "sweep")}` : ""}</dd></div>
    <div><dt>Model</dt><dd>{count(data.size[0], "state")}, {count(data.size[1], "choice")}, {count(data.size[2], "branch", "branches")}</dd></div></>}
    {s ? <div><dt>Simulation</dt><dd>{count(s.runs, "run")}, seed {data.seed}, {natureWords(s.nature)}{ends ? `; ${ends}` : ""}; {s.steps_mean.toFixed(1)} steps on average, {group(s.steps_longest)} at most</dd></div> : null}
    {data.pins.length ? <div><dt>Pinned by a person</dt><dd><ul>{data.pins.map((pin) => <li key={pin}><Coded text={pin} /></li>)}</ul></dd></div> : null}
    {data.notes.length ? <div><dt>The model about itself</dt><dd><ul>{data.notes.map((note) => <li key={note}><Coded text={note} /></li>)}</ul></dd></div> : null}
  </dl></details>;
};

const Proof = (): JSX.Element => data.checked
  ? <p class="proof yes"><span aria-hidden="true">✓</span> Proved: {count(data.checked.inequalities, "inequality", "inequalities")} checked in exact arithmetic, by a program that shares no search code with the planner.</p>
  : <p class="proof no"><span aria-hidden="true">!</span> Not proved on this page: run <code>murphy check</code> on the plan.</p>;

/** Every goal and requirement with what is proved of it, and what the runs came to. */
const Asked = (): JSX.Element | null => {
  if (!data.aims.length) return null;
  const seen = data.simulation?.aims ?? [];
  return <div class="panel worlds" id="asked"><div class="bar-head"><h3 id="asked-title">All that is asked</h3><p class="small">One plan; what is asked first counts first, requirements before all.</p></div>
    <div class="scroller" tabIndex={0} role="region" aria-labelledby="asked-title"><table class="stakes" aria-labelledby="asked-title"><thead><tr><th scope="col">Asked</th><th scope="col">What</th><th scope="col" class="number">Proved</th><th scope="col">Requirement</th>{seen.length ? <th scope="col" class="number">Seen in runs</th> : null}</tr></thead>
      <tbody>{data.aims.map((a, i) => <tr key={a.name}><th scope="row">{a.name}</th><td>{a.wanted.more ? "most" : "least"} of {a.goal_in_words}</td><td class="number">{between(range(a.bracket), a.wanted.kind)}</td>
        <td>{a.bound ?? ""} {a.bound ? <Pill tone={a.holds ? "good" : a.holds === false ? "bad" : ""}>{a.holds ? "holds" : a.holds === false ? "broken" : "not decided"}</Pill> : null}</td>
        {seen.length ? <td class="number">{show(number(seen[i]!.mean), a.wanted.kind)}</td> : null}</tr>)}</tbody></table></div>
    {seen.length ? <p class="small">In the runs Nature works against the first goal, and turns to the next when that is settled.</p> : null}</div>;
};

/** The worlds that Nature may have settled, what each pays the plan, and how she mixes them against every plan at once. */
const Worlds = (): JSX.Element | null => {
  const d = data.decision, [all, setAll] = useState(false);
  if (!d) return null;
  const weighed = d.worlds.some((w) => w.weight.exact !== "1" || w.secured.exact !== "0"), prior = d.hypotheses.length > 0;
  if (d.worlds.length < 2 && !weighed) return <div class="panel worlds" id="worlds"><h3>Nothing is left for Nature to settle</h3><p class="small"><Coded text={d.nature.join("; ")} /></p></div>;
  const order = [...d.worlds].sort((a, b) => number(b.nature.value) - number(a.nature.value)), rows = all ? order : order.slice(0, 8);
  const axis = axisOf([], "probability", true, 2);
  return <div class="panel worlds" id="worlds"><div class="bar-head"><h3 id="worlds-title">Worlds that cannot be ruled out</h3><p class="small"><Coded text={d.nature.join("; ")} /></p></div>
    <div class="scroller" tabIndex={0} role="region" aria-labelledby="worlds-title"><table class="stakes" aria-labelledby="worlds-title"><thead><tr><th scope="col">World</th>{prior ? <th scope="col">Hypothesis</th> : null}<th scope="col" class="track-head"><span class="unseen">Nature’s mixture, drawn</span><AxisHead axis={axis} /></th><th scope="col" class="number">Nature’s mixture</th>{weighed ? <><th scope="col" class="number">Counts λ</th><th scope="col" class="number">Secured b</th></> : null}<th scope="col" class="number">Pays the plan</th></tr></thead>
      <tbody>{rows.map((w) => <tr key={w.name}><th scope="row">{w.name}</th>{prior ? <td>{d.hypotheses[w.hypothesis]![0]} <span class="muted">{fraction(d.hypotheses[w.hypothesis]![1])}</span></td> : null}
        <td><span class="track" aria-hidden="true"><i class="range nature" style={{ left: "0%", width: `${100 * number(w.nature.value)}%` }} /></span></td>
        <td class="number nature-pick">{fraction(w.nature)}</td>{weighed ? <><td class="number">{fraction(w.weight)}</td><td class="number">{fraction(w.secured)}</td></> : null}<td class="number">{fraction(w.pays)}</td></tr>)}</tbody></table></div>
    {order.length > rows.length ? <button type="button" class="more" onClick={() => setAll(true)}>Show all {group(order.length)} worlds</button> : null}
    <p class="small">Against this mixture no plan does better than this one: it is what the other half of the proof says.{d.more_worlds ? ` ${count(d.more_worlds, "more world")} not on this page.` : ""}</p></div>;
};

export const Answer = (): JSX.Element => <section id="answer" aria-labelledby="claim">
  <div class="answer-grid"><div class="answer-left"><Claim /><Proof /><Facts /></div><Lies /></div>
  <Asked /><Worlds />
</section>;
