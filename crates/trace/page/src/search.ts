// Searching states: words, labels, and comparisons of variables, value and visits.

import type { World } from "./data.ts";
import { plain } from "./data.ts";
import { middle } from "./numbers.ts";

type Test = (row: number) => boolean;
export interface Query { tests: Test[]; /** What was not understood, if anything. */ problem: string | null }

const comparison = /^([^<>=!]+)(<=|>=|!=|==|=|<|>)(.+)$/;
const compare = (operator: string, a: number, b: number): boolean => {
  switch (operator) {
    case "<": return a < b;
    case "<=": return a <= b;
    case ">": return a > b;
    case ">=": return a >= b;
    case "!=": return a !== b;
    default: return a === b;
  }
};
const numeric = (text: string): number => {
  const [top, bottom] = text.split("/");
  return bottom === undefined ? Number(text) : Number(top) / Number(bottom);
};

/** Reads a query: `lava`, `x=3`, `x>=2 y<1`, `value<0.5`, `visits>0`, `does:east`, `is:start`, `-lava`. All parts must hold. */
export const parse = (text: string, world: World): Query => {
  const tests: Test[] = [];
  let problem: string | null = null;
  const tidy = text.trim().toLowerCase().replace(/\s*(<=|>=|!=|==|=|<|>)\s*/g, "$1");
  for (const part of tidy.split(/\s+/).filter(Boolean)) {
    const negated = part.startsWith("-") && part.length > 1, word = negated ? part.slice(1) : part;
    const test = one(word, world);
    if (typeof test === "string") { problem ??= test; continue; }
    tests.push(negated ? (row) => !test(row) : test);
  }
  return { tests, problem };
};

const one = (word: string, world: World): Test | string => {
  const found = comparison.exec(word);
  if (found) {
    const [, name, operator, value] = found as unknown as [string, string, string, string];
    if (name === "value") return (row) => compare(operator, middle(world.bracket(row)), numeric(value));
    if (name === "visits") return (row) => compare(operator, world.visits(row), numeric(value));
    if (name === "state") return (row) => compare(operator, world.state(row), numeric(value));
    const lower = world.data.states.variables.map((n) => n.toLowerCase());
    const variable = Math.max(lower.indexOf(name), world.short.findIndex((n) => n.toLowerCase() === name));
    if (variable < 0) return `there is no variable “${name}”`;
    const wanted = numeric(value);
    return (row) => {
      const raw = world.value(row, variable), held = plain(raw).toLowerCase(), exact = typeof raw === "string" ? numeric(raw) : Number(raw);
      if (operator === "=" || operator === "==") return held === value || exact === wanted;
      if (operator === "!=") return held !== value && exact !== wanted;
      return compare(operator, exact, wanted);
    };
  }
  if (word.startsWith("does:")) { const action = word.slice(5); return (row) => (world.action(row) ?? "").toLowerCase().startsWith(action); }
  if (word === "is:start") return (row) => world.isStart(row);
  if (word === "is:settled") return (row) => world.action(row) === null;
  const labels = world.labels.flatMap((label, i) => label.toLowerCase().includes(word) ? [i] : []);
  const exact = world.labels.findIndex((label) => label.toLowerCase() === word);
  return (row) => {
    if (exact >= 0) return world.has(row, exact);
    if (labels.some((label) => world.has(row, label))) return true;
    if ((world.action(row) ?? "").toLowerCase().includes(word)) return true;
    return world.name(row).replaceAll(" = ", "=").toLowerCase().includes(word);
  };
};

export type SortKey = "visits" | "value" | "action" | "state" | `v${number}`;

/** The rows that match, in order. Ties keep the order of states. */
export const matching = (world: World, query: Query, label: number | null, sort: { by: SortKey; up: boolean }): Int32Array => {
  const rows = new Int32Array(world.count);
  let n = 0;
  for (let row = 0; row < world.count; row++) {
    if (label !== null && !world.has(row, label)) continue;
    if (query.tests.every((test) => test(row))) rows[n++] = row;
  }
  const kept = rows.slice(0, n), sign = sort.up ? 1 : -1;
  const key = keys(world, sort.by);
  return kept.sort((a, b) => sign * (key[a]! - key[b]!) || a - b);
};

/** A number for each row that sorts as the column does. */
const keys = (world: World, by: SortKey): Float64Array => {
  const key = new Float64Array(world.count);
  if (by === "state") return key.map((_, row) => row);
  if (by === "visits") return key.map((_, row) => world.visits(row));
  if (by === "value") return key.map((_, row) => { const m = middle(world.bracket(row)); return Number.isNaN(m) ? -Infinity : m; });
  if (by === "action") {
    const names = [...world.data.actions].sort(), rank = new Map(names.map((name, i) => [name, i]));
    return key.map((_, row) => rank.get(world.action(row) ?? "") ?? -1);
  }
  const variable = Number(by.slice(1)), column = world.data.states.values[variable] ?? [];
  const texts = [...new Set(column.map(plain))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const rank = new Map(texts.map((text, i) => [text, i]));
  return key.map((_, row) => { const v = column[row]; return typeof v === "number" ? v : rank.get(plain(v)) ?? -1; });
};
