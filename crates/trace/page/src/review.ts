// Marks that a person makes, and the review file that they are exported as.

import type { Value } from "./data.ts";

export type Verdict = "Bad" | "Good" | "Note";
export interface Mark {
  verdict: Verdict;
  /** The run and the step in it, if the mark is about one; a run without a step is marked whole. */
  run: string | null; step: number | null;
  /** The state; null where a whole run is marked. */
  number: number | null; values: Record<string, Value>; action: string | null; note: string;
}
export interface Origin { plan: string; world: string; goal: string; seed: string; nature: string }

const quoted = (text: string): string => `"${[...text].map((c) => {
  const escape = ({ '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" } as Record<string, string>)[c];
  const code = c.codePointAt(0)!;
  return escape ?? (code < 32 || code >= 127 && code < 160 ? `\\u{${code.toString(16)}}` : c);
}).join("")}"`;
const reading = (value: Value): string => typeof value === "string" ? quoted(value) : String(value);

const markText = (mark: Mark): string => {
  const fields: string[] = [];
  if (mark.run !== null) fields.push(`run: ${mark.run}`);
  if (mark.step !== null) fields.push(`step: ${mark.step}`);
  if (mark.number !== null) {
    const values = Object.entries(mark.values).sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) => `${quoted(name)}: ${reading(value)}`);
    fields.push(`number: ${mark.number}`, values.length ? `state: { ${values.join(", ")} }` : "state: {}");
  }
  if (mark.action !== null) fields.push(`action: ${quoted(mark.action)}`);
  if (mark.note) fields.push(`note: ${quoted(mark.note)}`);
  return `${mark.verdict}(${fields.join(", ")})`;
};

/** The text of a review file; `murphy revise` reads it. */
export const toRon = (origin: Origin, marks: Mark[]): string =>
  `Review(\n    format: 1,\n    plan: ${quoted(origin.plan)},\n    world: ${quoted(origin.world)},\n    goal: ${quoted(origin.goal)},\n    seed: ${origin.seed},\n    nature: ${quoted(origin.nature)},\n    marks: [\n` +
  marks.map((mark) => `        ${markText(mark)},\n`).join("") + "    ],\n)\n";

/** Says whether two marks are about the same thing. */
export const sameplace = (a: Mark, b: Mark): boolean => a.run === b.run && a.step === b.step && a.number === b.number;

/** Sets, changes or (with the same verdict and no note) takes back a mark. */
export const toggled = (marks: Mark[], mark: Mark): Mark[] => {
  const before = marks.find((m) => sameplace(m, mark));
  if (!before) return [...marks, mark];
  if (before.verdict === mark.verdict && before.note === mark.note) return marks.filter((m) => m !== before);
  return marks.map((m) => m === before ? mark : m);
};
