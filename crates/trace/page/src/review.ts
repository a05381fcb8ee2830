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

/** Why a text is not a review: where, and what was expected. */
export class Unreadable extends Error {}

type Node = { name: string | null; fields: Map<string, Node>; items: Node[]; text: string | null; literal: string | null; at: number };

/** Reads as much of RON as a review is made of: records with named fields, lists, maps, texts, whole numbers, truth values, comments. */
class Reader {
  private at = 0;
  private readonly text: string;
  constructor(text: string) { this.text = text; }

  fail(what: string, at = this.at): never {
    const before = this.text.slice(0, at), line = before.split("\n").length, column = at - before.lastIndexOf("\n");
    throw new Unreadable(`Line ${line}, column ${column}: ${what}.`);
  }
  private skip(): void {
    for (;;) {
      const rest = this.text.slice(this.at), blank = /^(\s+|\/\/[^\n]*|\/\*[^]*?\*\/)/.exec(rest);
      if (!blank) return;
      this.at += blank[0].length;
    }
  }
  private peek(): string { this.skip(); return this.text[this.at] ?? ""; }
  private take(what: string): void { if (this.peek() !== what) this.fail(`“${what}” is expected here`); this.at += 1; }
  private quoted(): string {
    this.take('"');
    let out = "";
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) this.fail("a text does not end");
      this.at += 1;
      if (c === '"') return out;
      if (c !== "\\") { out += c; continue; }
      const e = this.text[this.at]!, plain = ({ '"': '"', "\\": "\\", n: "\n", r: "\r", t: "\t" } as Record<string, string>)[e];
      const code = /^u\{([0-9a-fA-F]{1,6})\}/.exec(this.text.slice(this.at));
      if (plain !== undefined) { out += plain; this.at += 1; } else if (code && parseInt(code[1]!, 16) <= 0x10ffff) { out += String.fromCodePoint(parseInt(code[1]!, 16)); this.at += code[0].length; } else this.fail("this escape is not known");
    }
  }
  private node(depth: number): Node {
    if (depth > 8) this.fail("this is nested too deeply");
    const node: Node = { name: null, fields: new Map(), items: [], text: null, literal: null, at: 0 };
    const c = this.peek();
    node.at = this.at;
    if (c === '"') { node.text = this.quoted(); return node; }
    if (c === "[" || c === "{") {
      const end = c === "[" ? "]" : "}";
      this.at += 1;
      while (this.peek() !== end) {
        if (c === "{") { const key = this.quoted(); this.take(":"); node.fields.set(key, this.node(depth + 1)); } else node.items.push(this.node(depth + 1));
        if (this.peek() !== end) this.take(",");
      }
      this.at += 1;
      return node;
    }
    const word = /^-?[A-Za-z0-9_./]+/.exec(this.text.slice(this.at));
    if (!word) this.fail(c === "" ? "the text ends too early" : `“${c}” does not belong here`);
    this.at += word[0].length;
    if (this.peek() !== "(") { node.literal = word[0]; return node; }
    this.at += 1;
    node.name = word[0];
    while (this.peek() !== ")") {
      const key = /^[A-Za-z_]\w*/.exec(this.text.slice(this.at));
      if (!key) this.fail("the name of a field is expected here");
      this.at += key[0].length;
      if (node.fields.has(key[0])) this.fail(`“${key[0]}” is given twice`);
      this.take(":");
      node.fields.set(key[0], this.node(depth + 1));
      if (this.peek() !== ")") this.take(",");
    }
    this.at += 1;
    return node;
  }
  whole(): Node {
    const node = this.node(0);
    if (this.peek() !== "") this.fail("the review ends before this");
    return node;
  }
}

/** Reads a review file. Throws `Unreadable` with a message for people. */
export const fromRon = (text: string): { origin: Origin; marks: Mark[] } => {
  const reader = new Reader(text), root = reader.whole();
  if (root.name !== "Review") reader.fail(root.name ? `this is a ${root.name}, not a Review` : "this is not a Review", root.at);
  const field = (node: Node, name: string): Node => node.fields.get(name) ?? reader.fail(`“${name}” is missing in ${node.name}`, node.at);
  const words = (node: Node): string => node.text ?? reader.fail("a text in quotes is expected here", node.at);
  const whole = (node: Node): string => node.literal !== null && /^\d{1,20}$/.test(node.literal) ? node.literal : reader.fail("a whole number is expected here", node.at);
  if (whole(field(root, "format")) !== "1") reader.fail("this page reads version 1 of reviews", field(root, "format").at);
  const value = (node: Node): Value => {
    if (node.text !== null) return node.text;
    if (node.literal === "true" || node.literal === "false") return node.literal === "true";
    return node.literal !== null && /^-?\d+$/.test(node.literal) ? Number(node.literal) : reader.fail("a number, a text, true or false is expected here", node.at);
  };
  const marks = field(root, "marks").items.map((node): Mark => {
    const verdict = (["Bad", "Good", "Note"] as const).find((v) => v === node.name) ?? reader.fail("a mark is Bad, Good or Note", node.at);
    const known = ["run", "step", "number", "state", "action", "note"], odd = [...node.fields.keys()].find((name) => !known.includes(name));
    if (odd !== undefined) reader.fail(`a mark has no field “${odd}”`, node.at);
    const get = <T>(name: string, read: (n: Node) => T): T | null => { const n = node.fields.get(name); return n ? read(n) : null; };
    const mark: Mark = {
      verdict, run: get("run", whole), step: get("step", (n) => Number(whole(n))), number: get("number", (n) => Number(whole(n))),
      values: Object.fromEntries([...node.fields.get("state")?.fields ?? []].map(([name, n]) => [name, value(n)])), action: get("action", words), note: get("note", words) ?? "",
    };
    if (mark.run === null && mark.number === null || mark.step !== null && (mark.run === null || mark.number === null)) reader.fail("a mark is about a step of a run, a whole run or a state", node.at);
    return mark;
  });
  return { origin: { plan: words(field(root, "plan")), world: words(field(root, "world")), goal: words(field(root, "goal")), seed: whole(field(root, "seed")), nature: words(field(root, "nature")) }, marks };
};

/** Adds marks to others; where both speak of the same thing, the added one counts. */
export const merged = (marks: Mark[], more: Mark[]): Mark[] => [...marks.filter((m) => !more.some((other) => sameplace(m, other))), ...more];

/** Says whether two marks are about the same thing. */
export const sameplace = (a: Mark, b: Mark): boolean => a.run === b.run && a.step === b.step && a.number === b.number;

/** Sets, changes or (with the same verdict and no note) takes back a mark. */
export const toggled = (marks: Mark[], mark: Mark): Mark[] => {
  const before = marks.find((m) => sameplace(m, mark));
  if (!before) return [...marks, mark];
  if (before.verdict === mark.verdict && before.note === mark.note) return marks.filter((m) => m !== before);
  return marks.map((m) => m === before ? mark : m);
};
