// The data of a page, and the world it tells of.

import type { Kind, Range, Raw, RawRange } from "./numbers.ts";
import { number, range } from "./numbers.ts";

export type Value = number | boolean | string;

export interface RawBranch { state: number; target: string; lower: number; upper: number; nature: number; value: RawRange }
export interface RawDecision {
  action: string; aim?: number; alternatives: { action: string; bracket: RawRange }[]; set: string; branches: RawBranch[];
  rest?: { branches: number; nature: number }; outcome: number; quantity?: Raw; measured?: Record<string, Raw>;
}
export interface RawStep {
  step: number; state: number; values: Record<string, Value>; labels: string[]; bracket: RawRange;
  owed: Owed; at_stake?: AtStake; aims?: AimStep[]; decision?: RawDecision;
}
export interface Owed { open: boolean; steps_left?: number; so_far?: Raw }
export type Ending = "held" | "failed" | "summed" | "endless" | "unfinished";
/** What one of several goals or requirements is worth after some steps. */
export interface AimStep { bracket: RawRange; owed: Owed; ended?: Ending }
/** One of several goals or requirements. */
export interface Aim { name: string; goal: string; goal_in_words: string; wanted: Wanted; bracket: RawRange; bound: string | null; holds: boolean | null; lower: Raw[]; upper: Raw[] }
/** An exact number: the nearest float, and the number itself if it is short. */
export interface Fraction { value: Raw; exact?: string }
/** A world as it remains where a choice is made: the a-measure, as mass and as (λ, b). */
export interface WorldAtStake { world: string; reached: Fraction; secured: Fraction; lambda?: Fraction; b?: Fraction; posterior?: Fraction; nature?: number }
export interface AtStake { knows: string; alike: number; share: Fraction; worlds: WorldAtStake[]; more?: number }
/** What the agent knows where it chooses. */
export interface Known { name: string; does: [string, Fraction][]; deciding: "here" | "lot" | "whole"; stake: AtStake | null }
export interface Decision {
  histories: boolean; nature: string[]; exact: string | null; more_worlds: number; hypotheses: [string, Fraction][]; knowledge: Known[]; knows: number[];
  worlds: { name: string; hypothesis: number; weight: Fraction; secured: Fraction; nature: Fraction; pays: Fraction }[];
}
export interface Trace {
  run: string; role: "worst" | "typical" | "best" | "asked" | "shortest"; outcome: "held" | "failed" | "summed" | "endless" | "unfinished";
  total: Raw; leads_to: string | null; settled: string | null; probability: number | null; length: number; steps: RawStep[];
}
export interface Summary {
  runs: number; nature: string; held: number; failed: number; endless: number; unfinished: number; mean: Raw; interval: RawRange; exact: boolean;
  confidence: number; steps_mean: number; steps_longest: number;
  labels: { label: string; runs: number; interval: RawRange }[]; quantities: { quantity: string; mean: Raw; interval: RawRange }[]; aims?: { mean: Raw; interval: RawRange; exact: boolean }[];
}
export interface Detail {
  choices: number[]; action: number[]; lower: Raw[]; upper: Raw[]; kinds: string[]; kind: number[]; branches: number[];
  target: number[]; low: number[]; high: number[]; nature: number[]; own?: number[];
}
export interface RawStates {
  total: number; stepwise: boolean; ids: number[] | null; variables: string[]; values: Value[][]; labels: [string, number[]][]; starts: number[];
  action: number[]; lower: Raw[]; upper: Raw[]; visits: number[]; detail: Detail;
}
export interface Grid { x: number; y: number; columns: [number, number]; rows: [number, number]; paint: [string, string][] }
export interface Wanted { more: boolean; kind: Kind }
export interface RawBeside {
  name: string; world: string; goal: string; goal_in_words: string; wanted: Wanted; bracket: RawRange; checked: { inequalities: number } | null;
  simulation: Summary | null; actions: string[]; action: number[]; lower: (Raw)[]; upper: (Raw)[]; visits: number[]; only_there: number; traces: Trace[];
}
export interface Data {
  world: string; about: string; notes: string[]; goal: string; goal_in_words: string; wanted: Wanted; stance: string; settled: string; precision: number;
  stop: string; sweeps: number; size: [number, number, number]; bracket: RawRange; checked: { inequalities: number } | null; plan_hash: string | null;
  variants: { name: string; bracket: RawRange; note: string }[]; simulation: Summary | null; seed: string | null; actions: string[]; states: RawStates;
  grid: Grid | null; traces: Trace[]; beside: RawBeside | null; decision: Decision | null; aims: Aim[]; pins: string[];
}

/** An action of a state with what it is worth. */
export interface Alternative { action: string; bracket: Range; chosen: boolean; choice: number | null; /** How likely it is drawn, where the plan draws lots. */ share: number | null }
/** A possible successor. `row` is null for a state that the page does not hold. */
export interface Branch { row: number | null; name: string; low: number; high: number; nature: number; value: Range; labels: string[]; happened: boolean }

/** The states of the page by row, whatever the page holds of them. */
export class World {
  readonly data: Data;
  readonly count: number;
  readonly labels: string[];
  private readonly masks: Int32Array[];
  private readonly rowOf: Map<number, number> | null;
  /** Variables without the entity they all belong to. */
  readonly short: string[];

  constructor(data: Data) {
    this.data = data;
    const states = data.states;
    this.count = states.lower.length;
    this.rowOf = states.ids ? new Map(states.ids.map((id, row) => [id, row])) : null;
    this.labels = states.labels.map(([name]) => name);
    // Labels of a row are asked for often: bits, 31 labels a word.
    this.masks = Array.from({ length: Math.ceil(this.labels.length / 31) }, () => new Int32Array(this.count));
    states.labels.forEach(([, rows], i) => { const mask = this.masks[Math.floor(i / 31)]!; for (const row of rows) mask[row]! |= 1 << i % 31; });
    const owners = new Set(states.variables.map((name) => name.includes(".") ? name.slice(0, name.indexOf(".")) : ""));
    const one = owners.size === 1 && !owners.has("");
    this.short = states.variables.map((name) => one ? name.slice(name.indexOf(".") + 1) : name);
  }

  row(state: number): number | null {
    if (this.rowOf) return this.rowOf.get(state) ?? null;
    return state < this.count ? state : null;
  }
  state(row: number): number { return this.data.states.ids ? this.data.states.ids[row]! : row; }
  has(row: number, label: number): boolean { return (this.masks[Math.floor(label / 31)]![row]! >> label % 31 & 1) === 1; }
  labelsOf(row: number): string[] { return this.labels.filter((_, i) => this.has(row, i)); }
  value(row: number, variable: number): Value { return this.data.states.values[variable]![row]!; }
  action(row: number): string | null { const a = this.data.states.action[row]!; return a < 0 ? null : this.data.actions[a]!; }
  bracket(row: number): Range { return { lower: number(this.data.states.lower[row]), upper: number(this.data.states.upper[row]) }; }
  visits(row: number): number { return this.data.states.visits[row]!; }
  isStart(row: number): boolean { return this.data.states.starts.includes(row); }

  name(row: number): string {
    return this.short.length ? this.short.map((name, i) => `${name} = ${plain(this.value(row, i))}`).join(", ") : `state ${this.state(row)}`;
  }
  /** What changes on the way from one state to another. */
  change(from: number | null, to: number): string {
    if (from === to) return "stays";
    if (from === null || !this.short.length) return this.name(to);
    const changed = this.short.map((name, i) => this.value(from, i) === this.value(to, i) ? null : `${name} = ${plain(this.value(to, i))}`).filter(Boolean);
    return changed.length ? changed.join(", ") : this.name(to);
  }

  /** The choices of a row that the page holds, as indices. */
  choices(row: number): number[] {
    const { choices } = this.data.states.detail;
    return Array.from({ length: choices[row + 1]! - choices[row]! }, (_, i) => choices[row]! + i);
  }
  alternatives(row: number): Alternative[] {
    const detail = this.data.states.detail, taken = this.data.states.action[row]!;
    const all = this.choices(row).map((choice) => {
      const own = detail.own?.[choice];
      return {
        action: this.data.actions[detail.action[choice]!]!, bracket: { lower: number(detail.lower[choice]), upper: number(detail.upper[choice]) },
        chosen: own === undefined ? detail.action[choice] === taken : own > 0, choice, share: own === undefined || own === 1 || own === 0 ? null : own,
      };
    });
    return all.some((a) => Number.isNaN(a.bracket.upper)) ? [] : all;
  }
  setOf(choice: number): string { const detail = this.data.states.detail; return detail.kinds[detail.kind[choice]!]!; }
  /** The branches of a choice that the page holds. */
  branches(row: number, choice: number): Branch[] {
    const detail = this.data.states.detail, found: Branch[] = [];
    for (let b = detail.branches[choice]!; b < detail.branches[choice + 1]!; b++) {
      const target = detail.target[b]!, known = target >= 0;
      found.push({
        row: known ? target : null, name: known ? this.change(row, target) : "a state that is not on this page", low: detail.low[b]!, high: detail.high[b]!,
        nature: detail.nature[b]!, value: known ? this.bracket(target) : { lower: NaN, upper: NaN }, labels: known ? this.labelsOf(target) : [], happened: false,
      });
    }
    return found;
  }
  /** The choices that the plan takes in a row, as far as the page holds them, each with its share. */
  played(row: number): { choice: number; share: number }[] {
    const own = this.data.states.detail.own;
    if (!own) { const taken = this.taken(row); return taken === null ? [] : [{ choice: taken, share: 1 }]; }
    return this.choices(row).flatMap((choice) => own[choice]! > 0 ? [{ choice, share: own[choice]! }] : []);
  }
  /** What is known at a row, in decision problems. */
  known(row: number | null): Known | null {
    const d = this.data.decision, at = row === null || !d ? -1 : d.knows[row]!;
    return at < 0 ? null : d!.knowledge[at]!;
  }
  /** The choice that the plan takes in a row, if the page holds it. */
  taken(row: number): number | null {
    const taken = this.data.states.action[row]!;
    return this.choices(row).find((choice) => this.data.states.detail.action[choice] === taken) ?? null;
  }
  traceBranches(step: RawStep): Branch[] {
    const from = this.row(step.state);
    return (step.decision?.branches ?? []).map((b, i) => {
      const row = this.row(b.state);
      return {
        row, name: row === null ? b.target : this.change(from, row), low: b.lower, high: b.upper, nature: b.nature, value: range(b.value),
        labels: row === null ? [] : this.labelsOf(row), happened: step.decision!.outcome === i,
      };
    });
  }
}

/** A value as people read it: symbols without quotes, fractions as decimals. */
export const plain = (value: Value | undefined): string => {
  if (typeof value !== "string") return String(value);
  const fraction = /^(-?\d+)\/(\d+)$/.exec(value);
  if (fraction) return String(Number((Number(fraction[1]) / Number(fraction[2])).toPrecision(4)));
  return value.replace(/^"(.*)"$/, "$1");
};
