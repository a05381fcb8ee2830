// Small parts that several sections use.

import type { ComponentChildren, JSX } from "preact";
import type { Axis, Range } from "./numbers.ts";
import { place, tick } from "./numbers.ts";

export const Segments = <K extends string>({ label, options, chosen, onChoose }: { label: string; options: [K, string][]; chosen: K; onChoose: (key: K) => void }): JSX.Element | null =>
  options.length < 2 ? null : <div class="segments" role="group" aria-label={label}>
    {options.map(([key, text]) => <button type="button" key={key} aria-pressed={key === chosen} onClick={() => onChoose(key)}>{text}</button>)}
  </div>;

/** A line with a range on it, and perhaps a point. */
export const Track = ({ axis, range, dot, tone }: { axis: Axis; range: Range | null; dot?: number | null; tone: string }): JSX.Element => {
  const left = range ? place(axis, range.lower) : 0, right = range ? place(axis, Math.min(range.upper, axis.high)) : 0;
  return <div class="track" aria-hidden="true">
    {range && Number.isFinite(range.lower) ? <i class={`range ${tone}`} style={{ left: `${left}%`, width: `${Math.max(0, right - left)}%` }} /> : null}
    {dot !== null && dot !== undefined && Number.isFinite(dot) ? <i class={`dot ${tone}`} style={{ left: `${place(axis, dot)}%` }} /> : null}
  </div>;
};

export const AxisHead = ({ axis }: { axis: Axis }): JSX.Element =>
  <div class="axis" aria-hidden="true">{Array.from({ length: axis.steps + 1 }, (_, i) => <span key={i} style={{ left: `${100 * i / axis.steps}%` }}>{tick(axis, i)}</span>)}</div>;

export const Pill = ({ tone, children }: { tone?: string; children: ComponentChildren }): JSX.Element => <span class={`pill ${tone ?? ""}`}>{children}</span>;

/** A text in which `code` is set as code. */
export const Coded = ({ text }: { text: string }): JSX.Element => <>{text.split("`").map((part, i) => i % 2 ? <code key={i}>{part}</code> : part)}</>;
