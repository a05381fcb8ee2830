// The graph of what follows: ranks are steps, so the reader never has to untangle a layout.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { flow } from "./flow.ts";
import { at, data, firstRow, kind, noun, nouns, pick, step, subject, trace, world } from "./store.ts";
import { between, group, middle, share } from "./numbers.ts";
import { plain } from "./data.ts";

const paintOf = (row: number): string | null => {
  for (const [label, colour] of data.grid?.paint ?? []) { const i = world.labels.indexOf(label); if (i >= 0 && world.has(row, i)) return colour; }
  return null;
};

/** Small trees are drawn whole, what the plan does not do among it. */
const whole = Boolean(data.decision?.histories) && world.count <= 60;

const brief = (text: string): string => /^-?\d+\.\d+$/.test(text) ? String(Number(Number(text).toFixed(1))) : text;

/** A short name: the values alone, or the labels where there are any. */
const short = (row: number, room: number): string => {
  const labels = world.labelsOf(row);
  const text = labels.length && world.action(row) === null ? labels.join(" ") : world.short.length ? world.short.map((_, i) => brief(plain(world.value(row, i)))).join(", ") : `${world.state(row)}`;
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
};

export const FlowView = (): JSX.Element => {
  const box = useRef<HTMLDivElement>(null), [size, setSize] = useState(560);
  useLayoutEffect(() => setSize(box.current?.clientWidth ?? 560), []);
  useEffect(() => {
    const watch = new ResizeObserver(() => setSize(box.current?.clientWidth ?? 560));
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const here = subject.value.row ?? firstRow(), from = whole ? firstRow() : here;
  const ranks = whole ? (size < 420 ? 5 : 7) : size < 420 ? 4 : 5;
  const f = useMemo(() => flow(world, from, ranks, whole ? 12 : 7, whole), [from, ranks]);
  const gapX = size / Math.max(2, f.ranks), gapY = f.width > 8 ? 44 : 52, height = Math.max(1, f.width) * gapY + 34;
  const x = (rank: number): number => gapX * (rank + 0.5), y = (slot: number): number => 22 + (height - 34) / 2 + slot * gapY;
  const route = new Set((trace.value?.steps ?? []).slice(whole ? 0 : at.value, at.value + ranks).map((s) => world.row(s.state)));
  const follows = step.value !== null && (whole || world.row(step.value.state) === from);
  const radius = (mass: number): number => whole ? 5 + 6 * Math.sqrt(mass) : 5 + 11 * Math.sqrt(mass);
  const room = Math.max(5, Math.floor(gapX / 7));
  if (f.nodes.length === 1) return <div id="flow" ref={box}><p class="nothing">{world.action(from) === null ? "Nothing follows: the goal is settled here." : "There was no room on this page for what follows from this state."}</p></div>;
  return <div id="flow" ref={box}>
    <svg viewBox={`0 0 ${size} ${height}`} width={size} height={height} role="group" aria-label="Where the plan leads from here against this Nature">
      {Array.from({ length: f.ranks }, (_, i) => <text key={i} class="rank" x={x(i)} y={12} text-anchor="middle">{whole ? (i === 0 ? "start" : i) : i === 0 ? "now" : i === 1 ? "next" : `+${i}`}</text>)}
      {f.links.map((l, i) => {
        // What hardly ever happens, and most of what runs back, would only hide the rest.
        if (!whole && l.mass < (l.back ? 0.02 : 0.0002)) return null;
        const a = f.nodes[l.from]!, b = f.nodes[l.to]!, [x1, y1, x2, y2] = [x(a.rank), y(a.slot), x(b.rank), y(b.slot)];
        const d = l.from === l.to ? `M${x1 - 5} ${y1 - radius(a.mass)}c-14 -20 24 -20 10 0` : l.back ? `M${x1} ${y1}C${x1 - gapX * 0.1} ${y1 + 34} ${x2 + gapX * 0.1} ${y2 + 34} ${x2} ${y2}` : `M${x1} ${y1}C${x1 + gapX / 2} ${y1} ${x2 - gapX / 2} ${y2} ${x2} ${y2}`;
        return <path key={i} class={`link ${l.back ? "back" : ""} ${l.off ? "off" : ""}`} d={d} stroke-width={l.off ? 1.5 : 1 + 9 * Math.sqrt(l.mass) * (l.back ? 0.35 : 1)} ><title>{`${share(l.nature)}: ${world.name(a.row)} to ${world.name(b.row)}`}</title></path>;
      })}
      {f.nodes.map((n, i) => {
        // Histories that the agent cannot tell apart hang together.
        const knows = data.decision?.knows[n.row] ?? -1, twin = knows < 0 ? -1 : f.nodes.findIndex((m, j) => j > i && m.rank === n.rank && data.decision!.knows[m.row] === knows);
        if (twin < 0) return null;
        const m = f.nodes[twin]!;
        return <path key={`t${n.row}`} class="twin" d={`M${x(n.rank)} ${y(n.slot)}C${x(n.rank) + 16} ${y(n.slot)} ${x(m.rank) + 16} ${y(m.slot)} ${x(m.rank)} ${y(m.slot)}`}><title>The agent cannot tell these apart</title></path>;
      })}
      {f.nodes.map((n) => {
        const paint = paintOf(n.row), name = `${world.name(n.row)}, ${n.settled ? "settled" : `does ${world.action(n.row)}`}, worth ${between(world.bracket(n.row), kind)}, ${n.off ? "not come to" : `reached with ${share(Math.min(1, n.mass))}`}`;
        return <g key={n.row} class={`node ${n.row === here ? "now" : ""} ${n.off ? "off" : ""} ${n.settled ? "settled" : ""} ${follows && route.has(n.row) ? "route" : ""}`} role="button" tabindex={0}
          onClick={() => pick(n.row)} onKeyDown={(e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); e.stopPropagation(); pick(n.row); } }}>
          <title>{name}</title>
          <circle cx={x(n.rank)} cy={y(n.slot)} r={radius(n.mass)} style={paint ? { fill: paint } : undefined} />
          <text x={x(n.rank)} y={y(n.slot) + radius(n.mass) + 12} text-anchor="middle">{short(n.row, room)}</text>
        </g>;
      })}
    </svg>
    <p class="small">Wider is likelier against {data.stance === "Pessimistic" ? "the worst" : "the declared"} Nature{f.left > 1e-9 ? `; ${share(Math.min(1, f.left))} goes where there was no room` : ""}. Worth now {between(subject.value.bracket, kind)}{Number.isFinite(middle(subject.value.bracket)) ? "" : " (never ends)"}. {group(f.nodes.length)} {f.nodes.length === 1 ? noun : nouns} shown; choose one to go there.{data.decision?.histories ? " A dotted line joins what the agent cannot tell apart; what the plan or this Nature does not do is dashed." : ""}</p>
  </div>;
};
