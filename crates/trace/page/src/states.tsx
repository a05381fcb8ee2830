// Every state that the page holds, searched, filtered and sorted; only the rows in sight are in the document.

import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { plain } from "./data.ts";
import { data, kind, nouns, pick, spoken, subject, world } from "./store.ts";
import { group, show } from "./numbers.ts";
import type { SortKey } from "./search.ts";
import { matching, parse } from "./search.ts";
import { Label } from "./inspector.tsx";

const HEIGHT = 38, VISIBLE = 14;
/** A variable that can be compared, for the hint. */
const numeric = world.short.find((_, i) => typeof data.states.values[i]?.[0] === "number");
const few = world.short.length > 0 && world.short.length <= 6;

export const States = (): JSX.Element => {
  const [text, setText] = useState(""), [label, setLabel] = useState<number | null>(null), [top, setTop] = useState(0), [all, setAll] = useState(false);
  const [sort, setSort] = useState<{ by: SortKey; up: boolean }>({ by: "visits", up: false });
  const [focus, setFocus] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const query = useMemo(() => parse(text, world), [text]);
  const rows = useMemo(() => matching(world, query, label, sort), [query, label, sort]);
  const change = (act: () => void): void => { act(); setTop(0); setFocus(0); if (scroller.current) scroller.current.scrollTop = 0; };
  const counts = useMemo(() => data.states.labels.map(([name, held], i) => ({ name, i, count: held.length })).sort((a, b) => b.count - a.count), []);
  const chips = all ? counts : counts.slice(0, 8);
  const columns: { key: SortKey | null; title: string; number?: boolean }[] = [
    ...(few ? world.short.map((title, i) => ({ key: `v${i}` as SortKey, title })) : [{ key: "state" as SortKey, title: "State" }]),
    ...(world.labels.length ? [{ key: null, title: "Labels" }] : []),
    { key: "action", title: data.states.stepwise ? "Does at first" : "Does" }, ...(data.beside ? [{ key: null, title: `Does in ${data.beside.name}` }] : []),
    { key: "value", title: "At least", number: true }, { key: null, title: "At most", number: true }, { key: "visits", title: "Visits", number: true },
  ];
  const first = Math.max(0, Math.min(Math.floor(top / HEIGHT) - 4, rows.length - VISIBLE - 8)), until = Math.min(rows.length, first + VISIBLE + 8);
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, to)), box = scroller.current;
    setFocus(next);
    if (box) { if (next * HEIGHT < box.scrollTop) box.scrollTop = next * HEIGHT; if ((next + 2) * HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = (next + 2) * HEIGHT - box.clientHeight; }
    requestAnimationFrame(() => box?.querySelector<HTMLElement>(`[data-at="${next}"]`)?.focus());
  };
  const keys = (event: KeyboardEvent, i: number): void => {
    const to = ({ ArrowDown: i + 1, ArrowUp: i - 1, PageDown: i + VISIBLE, PageUp: i - VISIBLE, Home: 0, End: rows.length - 1 } as Record<string, number>)[event.key];
    if (to !== undefined) { event.preventDefault(); event.stopPropagation(); move(to); }
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); open(rows[i]!); }
  };
  const open = (row: number): void => { pick(row); spoken.value = `Showing ${world.name(row)}`; document.getElementById("explore")?.scrollIntoView({ block: "start" }); };
  const beside = (row: number): JSX.Element => {
    const other = data.beside!.action[row]!, name = other === -2 ? "no such state" : other < 0 ? "settled" : data.beside!.actions[other]!;
    return <span class={other !== -2 && name !== (world.action(row) ?? "settled") ? "differs" : "muted"}>{name}</span>;
  };
  return <section id="states" aria-labelledby="states-title">
    <div class="section-head"><div><h2 id="states-title">All {nouns}</h2>
      <p class="gloss">What to do in each{data.states.stepwise ? " at the first step; later steps may differ" : ""}. {world.count < data.states.total ? `The page holds the ${group(world.count)} that matter most of ${group(data.states.total)}; the plan file has them all.` : `All ${group(data.states.total)} of them.`}</p></div>
      <div class="search"><label for="search">Search</label>
        <input type="search" id="search" value={text} placeholder={few && numeric ? `${world.labels[0] ?? "label"}, ${numeric}>=3, value<0.5` : `${world.labels[0] ?? "label"}, action, value<0.5, visits>0`} autocomplete="off" spellcheck={false} aria-describedby="found" onInput={(e) => { const v = e.currentTarget.value; change(() => setText(v)); }} /></div></div>
    {world.labels.length ? <div class="chips" role="group" aria-label="Only states with a label">
      <button type="button" aria-pressed={label === null} onClick={() => change(() => setLabel(null))}>All</button>
      {chips.map((c) => <button type="button" key={c.name} aria-pressed={label === c.i} onClick={() => change(() => setLabel(label === c.i ? null : c.i))}>{c.name} <small>{group(c.count)}</small></button>)}
      {counts.length > chips.length ? <button type="button" onClick={() => setAll(true)}>{counts.length - chips.length} more labels</button> : null}
    </div> : null}
    <p class="small" id="found" aria-live="polite">{query.problem ? `Not understood: ${query.problem}. ` : ""}{rows.length === world.count ? `${group(rows.length)} ${nouns}` : `${group(rows.length)} of ${group(world.count)} ${nouns} match`}</p>
    <div class="panel flush"><div class="scroller tall" ref={scroller} style={{ "--rows": Math.min(rows.length, VISIBLE) }} onScroll={(e) => setTop(e.currentTarget.scrollTop)} tabIndex={-1}>
      <table class="states" aria-rowcount={rows.length + 1}>
        <caption class="unseen">The action of each state and what the goal is worth there</caption>
        <thead><tr aria-rowindex={1}>{columns.map((c) => <th scope="col" key={c.title} class={c.number ? "number" : ""} aria-sort={c.key === null ? undefined : sort.by !== c.key ? "none" : sort.up ? "ascending" : "descending"}>
          {c.key === null ? c.title : <button type="button" onClick={() => change(() => setSort({ by: c.key!, up: sort.by === c.key ? !sort.up : !c.number }))}>{c.title}<i aria-hidden="true">{sort.by === c.key ? (sort.up ? " ↑" : " ↓") : ""}</i></button>}</th>)}</tr></thead>
        <tbody>
          {first > 0 ? <tr aria-hidden="true" style={{ height: `${first * HEIGHT}px` }}><td colSpan={columns.length} /></tr> : null}
          {Array.from(rows.subarray(first, until), (row, k) => {
            const i = first + k, b = world.bracket(row), action = world.action(row);
            return <tr key={row} data-at={i} aria-rowindex={i + 2} tabIndex={i === Math.min(focus, rows.length - 1) ? 0 : -1} class={row === subject.value.row ? "current" : ""} onClick={() => { setFocus(i); open(row); }} onKeyDown={(e) => keys(e, i)}>
              {few ? world.short.map((_, v) => <td key={v}>{plain(world.value(row, v))}</td>) : <td>{world.name(row)}</td>}
              {world.labels.length ? <td class="label-cell">{world.isStart(row) ? <span class="pill">start</span> : null}{world.labelsOf(row).slice(0, 4).map((name) => <Label key={name} name={name} />)}</td> : null}
              <td class="action">{action ?? <span class="muted">settled</span>}</td>
              {data.beside ? <td>{beside(row)}</td> : null}
              <td class="number">{show(b.lower, kind, "down")}</td><td class="number">{show(b.upper, kind, "up")}</td><td class="number">{group(world.visits(row))}</td>
            </tr>;
          })}
          {until < rows.length ? <tr aria-hidden="true" style={{ height: `${(rows.length - until) * HEIGHT}px` }}><td colSpan={columns.length} /></tr> : null}
          {rows.length === 0 ? <tr><td colSpan={columns.length} class="muted">No state matches. Try a label, an action, or a comparison such as <code>value&lt;0.5</code>.</td></tr> : null}
        </tbody>
      </table></div></div>
  </section>;
};
