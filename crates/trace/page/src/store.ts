// What is shown now: which run, which step, which state looked up by hand, which marks. Everything else follows from the data.

import { batch, computed, effect, signal } from "@preact/signals";
import type { Aim, AimStep, Alternative, AtStake, Branch, Data, Known, RawStep, Trace, Value } from "./data.ts";
import { World } from "./data.ts";
import type { Range } from "./numbers.ts";
import { number, range } from "./numbers.ts";
import type { Mark, Verdict } from "./review.ts";
import { toggled } from "./review.ts";

export const data = JSON.parse(document.getElementById("data")!.textContent!) as Data;
export const world = new World(data);
export const kind = data.wanted.kind;

/** The worst run first, unless it is over before there is anything to see. */
const worthwhile = data.traces.findIndex((t) => t.length > 3);
export const run = signal(Math.max(0, worthwhile));
export const at = signal(0);
/** A state looked up by hand; null while the run is followed. */
export const picked = signal<number | null>(null);
export const playing = signal(false);
export const marks = signal<Mark[]>([]);
export const letters = signal(true);
export const helping = signal(false);
/** What a screen reader is told. */
export const spoken = signal("");

export const trace = computed<Trace | null>(() => data.traces[run.value] ?? null);
export const step = computed<RawStep | null>(() => trace.value?.steps[at.value] ?? null);
export const last = computed(() => Math.max(0, (trace.value?.steps.length ?? 1) - 1));

/** What the inspector shows: a step of a run, or a state looked up by hand. */
export interface Subject {
  row: number | null; number: number; step: RawStep | null; values: [string, Value][]; labels: string[]; bracket: Range; action: string | null;
  alternatives: Alternative[]; kind: string | null; branches: Branch[]; rest: { branches: number; nature: number } | null;
  /** What the agent knows there, and what is at stake, in decision problems. */
  known: Known | null; stake: AtStake | null;
  /** Of which goal the alternatives and the branches are told: the first that is still open. */
  aim: Aim | null;
  /** What every goal and requirement is worth here, where there are several. */
  aims: { aim: Aim; bracket: Range; step: AimStep | null }[];
}

const aimsOf = (row: number): Subject["aims"] => data.aims.map((aim) => ({ aim, bracket: { lower: number(aim.lower[row]), upper: number(aim.upper[row]) }, step: null }));

const ofStep = (s: RawStep): Subject => {
  const row = world.row(s.state), decision = s.decision ?? null, known = world.known(row);
  const share = (action: string): number | null => {
    const own = known?.does.find(([name]) => name === action)?.[1];
    return own && own.exact !== "1" ? number(own.value) : null;
  };
  return {
    row, number: s.state, step: s, values: data.states.variables.map((name) => [name, s.values[name]!]), labels: s.labels, bracket: range(s.bracket),
    action: decision?.action ?? null,
    alternatives: (decision?.alternatives ?? []).map((a) => ({ action: a.action, bracket: range(a.bracket), chosen: a.action === decision!.action, choice: null, share: share(a.action) })),
    kind: decision?.set ?? null, branches: decision ? world.traceBranches(s) : [], rest: decision?.rest ?? null, known, stake: s.at_stake ?? known?.stake ?? null,
    aim: data.aims[decision?.aim ?? -1] ?? null, aims: s.aims?.length ? data.aims.map((aim, i) => ({ aim, bracket: range(s.aims![i]!.bracket), step: s.aims![i]! })) : row === null ? [] : aimsOf(row),
  };
};

const ofRow = (row: number): Subject => {
  const played = world.played(row), taken = played[0]?.choice ?? null, known = world.known(row);
  const named = (choice: number): string => data.actions[data.states.detail.action[choice]!]!;
  // Where lots are drawn, what happens is told for each action.
  const branches = played.length < 2 ? (taken === null ? [] : world.branches(row, taken)) : played.flatMap(({ choice }) => world.branches(row, choice).map((b) => ({ ...b, name: `${named(choice)}: ${b.name}` })));
  return {
    row, number: world.state(row), step: null, values: data.states.variables.map((name, i) => [name, world.value(row, i)]), labels: world.labelsOf(row),
    bracket: world.bracket(row), action: world.action(row), alternatives: world.alternatives(row), kind: taken === null ? null : world.setOf(taken),
    branches, rest: null, known, stake: known?.stake ?? null, aim: null, aims: aimsOf(row),
  };
};

export const firstRow = (): number => data.states.starts[0] ?? 0;
export const subject = computed<Subject>(() => {
  if (picked.value !== null) return ofRow(picked.value);
  return step.value ? ofStep(step.value) : ofRow(firstRow());
});

export const go = (to: number): void => batch(() => { picked.value = null; at.value = Math.max(0, Math.min(last.value, to)); });
export const choose = (index: number): void => { if (data.traces[index]) batch(() => { run.value = index; picked.value = null; at.value = 0; playing.value = false; }); };
export const pick = (row: number | null): void => batch(() => { picked.value = row; playing.value = false; });

// ---- Marks ----
const key = `murphy-review-${data.plan_hash ?? data.world}`;
try { marks.value = JSON.parse(localStorage.getItem(key) ?? "[]") as Mark[]; } catch { /* some browsers keep nothing for files */ }
effect(() => { const text = JSON.stringify(marks.value); try { localStorage.setItem(key, text); } catch { /* then they live as long as the page */ } });

/** The mark that would be made on what is shown now. */
export const markHere = (verdict: Verdict, note = ""): Mark => {
  const s = subject.value, t = trace.value;
  // A shortest way is no run of the simulation: its steps are marked as states.
  const inRun = s.step !== null && t !== null && t.role !== "shortest";
  return {
    verdict, run: inRun ? t.run : null, step: inRun ? s.step!.step : null, number: s.number,
    values: Object.fromEntries(s.values), action: s.action, note,
  };
};
export const here = computed<Mark | null>(() => {
  const probe = markHere("Note");
  return marks.value.find((m) => m.run === probe.run && m.step === probe.step && m.number === probe.number) ?? null;
});
export const mark = (verdict: Verdict): void => {
  const before = here.value;
  marks.value = toggled(marks.value, markHere(verdict, before?.note ?? ""));
  spoken.value = here.value ? `Marked: ${{ Bad: "never this", Good: "more of this", Note: "note" }[verdict]}` : "Mark taken back";
};
export const note = (text: string): void => {
  const before = here.value;
  if (before) marks.value = marks.value.map((m) => m === before ? { ...m, note: text } : m);
  else if (text) marks.value = [...marks.value, markHere("Note", text)];
};
export const wholeRun = computed<Mark | null>(() => marks.value.find((m) => m.number === null && m.run === trace.value?.run) ?? null);
export const markRun = (verdict: Verdict): void => {
  const t = trace.value;
  if (!t || t.role === "shortest") return;
  marks.value = toggled(marks.value, { verdict, run: t.run, step: null, number: null, values: {}, action: null, note: wholeRun.value?.note ?? "" });
};

// ---- Words ----
/** What a row is. */
export const noun = data.decision?.histories ? "history" : "state", nouns = data.decision?.histories ? "histories" : "states";
export const roleNames: Record<Trace["role"], string> = { worst: "Worst run", typical: "Typical run", best: "Best run", asked: "Run asked for", shortest: "Shortest way" };
const shortestNames: Record<string, string> = { "the goal is broken": "Shortest failure", "the end is missed": "Shortest way astray" };
export const roleName = (t: Trace): string => t.role === "shortest" && t.leads_to ? shortestNames[t.leads_to] ?? `Shortest way to ${t.leads_to}` : roleNames[t.role];
export const outcome = (t: Trace): { word: string; good: boolean | null } => ({
  held: { word: "goal met", good: data.wanted.more }, failed: { word: "goal missed", good: !data.wanted.more }, summed: { word: "came to its end", good: null },
  endless: { word: "never ends", good: false }, unfinished: { word: t.role === "shortest" ? "shown up to there" : "cut short", good: null },
}[t.outcome]);
export const total = (t: Trace): number | null => t.total === null ? null : number(t.total);

// ---- A step has an address, so that a person can point another at it ----
export const address = (): void => {
  const found = /^#run-(\d+)-(\d+)$/.exec(location.hash), state = /^#state-(\d+)$/.exec(location.hash);
  if (found && data.traces[Number(found[1])]) batch(() => {
    run.value = Number(found[1]);
    at.value = Math.max(0, data.traces[run.value]!.steps.findIndex((s) => s.step === Number(found[2])));
  });
  if (state) picked.value = world.row(Number(state[1]));
};
address();
effect(() => {
  const hash = picked.value !== null ? `#state-${world.state(picked.value)}` : step.value ? `#run-${run.value}-${step.value.step}` : "";
  if (hash && (location.hash || at.value > 0 || run.value > 0 || picked.value !== null)) try { history.replaceState(null, "", hash); } catch { /* some viewers forbid it */ }
});
