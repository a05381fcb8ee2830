// @ts-nocheck: run by Node, whose types the page does not use.
import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { World, plain } from "../src/data.ts";
import { flow } from "../src/flow.ts";
import { axis, axisOf, between, percent, share, show, signed, tick } from "../src/numbers.ts";
import { Unreadable, fromRon, merged, toRon, toggled } from "../src/review.ts";
import { matching, parse } from "../src/search.ts";

declare const FIXTURE: string;

/** A chain of five states: 0 goes on to 1, with a half to 2, and so on; 4 is the goal. */
const data = () => ({
  world: "chain", goal: "g", wanted: { more: true, kind: "probability" }, actions: ["go", "wait"], traces: [], beside: null, grid: null,
  states: {
    total: 5, stepwise: false, ids: null, variables: ["cart.x", "cart.load"], values: [[0, 1, 2, 3, 4], ["1/2", "1/2", "\"full\"", true, "3/4"]],
    labels: [["goal", [4]], ["goalpost", [3]]], starts: [0], action: [0, 0, 1, 0, -1], lower: [0.1, 0.2, 0.3, 0.4, 1], upper: [0.1, 0.2, 0.3, "inf", 1], visits: [10, 5, 5, 2, 1],
    detail: {
      choices: [0, 2, 3, 4, 5, 5], action: [0, 1, 0, 1, 0], lower: [0.1, 0.05, 0.2, 0.3, 0.4], upper: [0.1, 0.05, 0.2, 0.3, 0.4], kinds: ["interval"], kind: [0, 0, 0, 0, 0],
      branches: [0, 2, 2, 3, 4, 6], target: [1, 2, 3, 0, 4, -1], low: [0.4, 0.4, 1, 1, 0.9, 0], high: [0.6, 0.6, 1, 1, 1, 0.1], nature: [0.6, 0.4, 1, 1, 0.9, 0.1],
    },
  },
});
const world = () => new World(data());
const rows = (text, label = null, sort = { by: "state", up: true }) => [...matching(world(), parse(text, world()), label, sort)];

test("numbers are rounded to the side that holds", () => {
  assert.equal(percent(0.98769, "down"), "98.76 %");
  assert.equal(percent(0.98769, "up"), "98.77 %");
  assert.equal(percent(1), "100 %");
  assert.equal(show(0.99999, "probability", "down"), "0.99999000");
  assert.equal(show(1 - 1.23e-9, "probability", "down"), "1 − 1.3·10⁻⁹");
  assert.equal(show(1 - 1.23e-9, "probability", "up"), "1 − 1.2·10⁻⁹");
  assert.equal(show(Infinity, "quantity"), "∞");
  assert.equal(show(1e-9, "probability"), "1.00·10⁻⁹");
  assert.equal(between({ lower: 0.25, upper: 0.25 }, "probability"), "0.2500");
  assert.equal(between({ lower: 0.25, upper: 0.75 }, "probability"), "0.2500 – 0.7500");
  assert.equal(share(0.5), "0.500");
  assert.equal(signed(-0.25, "probability"), "−0.2500");
});

test("axes end on round numbers", () => {
  const a = axis(0.71, 0.89, 2);
  assert.deepEqual([tick(a, 0), tick(a, a.steps)], ["0.7", "0.9"]);
  assert.deepEqual(axisOf([{ lower: 3, upper: Infinity }], "quantity", true).low, 0);
});

test("search understands words, labels, comparisons and exclusions", () => {
  assert.deepEqual(rows(""), [0, 1, 2, 3, 4]);
  assert.deepEqual(rows("goal"), [4], "a whole label is itself alone");
  assert.deepEqual(rows("goalp"), [3]);
  assert.deepEqual(rows("x>=3"), [3, 4]);
  assert.deepEqual(rows("cart.x = 2"), [2]);
  assert.deepEqual(rows("load=0.5"), [0, 1]);
  assert.deepEqual(rows("load=full"), [2]);
  assert.deepEqual(rows("does:wait"), [2]);
  assert.deepEqual(rows("-does:go -goal"), [2]);
  assert.deepEqual(rows("value<0.25 visits>=5"), [0, 1]);
  assert.deepEqual(rows("is:settled"), [4]);
  assert.deepEqual(rows("", 0), [4]);
  assert.equal(parse("z>1", world()).problem, "there is no variable “z”");
  assert.deepEqual(rows("", null, { by: "visits", up: false }), [0, 1, 2, 3, 4]);
  assert.deepEqual(rows("", null, { by: "v0", up: false }), [4, 3, 2, 1, 0]);
});

test("states, choices and branches are found by row", () => {
  const w = world();
  assert.equal(w.name(0), "x = 0, load = 0.5");
  assert.equal(w.change(0, 1), "x = 1");
  assert.equal(w.change(2, 2), "stays");
  assert.deepEqual(w.alternatives(0).map((a) => [a.action, a.chosen]), [["go", true], ["wait", false]]);
  assert.deepEqual(w.branches(3, w.taken(3)!).map((b) => b.row), [4, null]);
  assert.equal(w.action(4), null);
  assert.equal(plain("2/3"), "0.6667");
});

test("what follows is laid out by steps, and all mass is accounted for", () => {
  const f = flow(world(), 0, 5, 7);
  assert.deepEqual(f.nodes.map((n) => [n.row, n.rank]), [[0, 0], [1, 1], [2, 1], [3, 2], [4, 3]]);
  assert.equal(f.links.filter((l) => l.back).length, 1);
  const settled = f.nodes.find((n) => n.row === 4)!.mass, back = f.links.find((l) => l.back)!.mass;
  assert.ok(Math.abs(settled + back + f.left - 1) < 1e-12);
});

const mark = (verdict, extra = {}) => ({ verdict, run: "12", step: 3, number: 7, values: { "b.s": "\"q\"", "a.x": 2, ok: true }, action: "east", note: "", ...extra });

test("marks are set, changed and taken back", () => {
  const one = toggled([], mark("Bad"));
  assert.equal(one.length, 1);
  assert.equal(toggled(one, mark("Good"))[0].verdict, "Good");
  assert.deepEqual(toggled(one, mark("Bad")), []);
  assert.equal(toggled(one, mark("Bad", { step: 4 })).length, 2);
});

// The same file is read by the tests of the reader in Rust.
test("the review file is what the reader reads", () => {
  const text = toRon({ plan: "ab12", world: "a \"world\"", goal: "Maximize(Probability(\"F goal\"))", seed: "18446744073709551", nature: "worst" }, [
    mark("Bad", { note: "hugs \\ the \"lava\"\nand\ttabs \u0007 é" }), mark("Good", { run: null, step: null, values: {}, action: null }),
    mark("Note", { step: null, number: null, values: {}, action: null, note: "the whole run" }),
  ]);
  assert.equal(text, readFileSync(FIXTURE, "utf8"));
});

test("a review is read back as it was written, and what is none says where", () => {
  const text = readFileSync(FIXTURE, "utf8"), { origin, marks } = fromRon(text);
  assert.equal(toRon(origin, marks), text);
  assert.equal(origin.seed, "18446744073709551");
  assert.deepEqual(fromRon(text.replace("Review(", "// said on a page\n/* twice */ Review(")).marks, marks);
  const refused = (broken: string, why: RegExp): void => assert.throws(() => fromRon(broken), (e) => e instanceof Unreadable && why.test(e.message), String(why));
  refused("", /Line 1, column 1: the text ends too early/);
  refused("Spec(name: \"a goal\")", /this is a Spec, not a Review/);
  refused("<html>", /Line 1, column 1: “<” does not belong here/);
  refused(text.slice(0, 120), /Line \d+, column \d+/);
  refused(text.replace("format: 1", "format: 2"), /version 1/);
  refused(text.replace("Good(", "Fine("), /Line 10, column 9: a mark is Bad, Good or Note/);
  refused(text.replace("step: 3, number: 7,", "step: 3,").replace("state: { \"a.x\"", "stat: { \"a.x\""), /no field “stat”/);
  refused(text.replace("run: 12, step: 3", "run: -1, step: 3"), /a whole number/);
  refused(text.replace("\"ab12\"", "\"ab\\q\""), /escape/);
  refused(text + "Review()", /ends before this/);
  refused(`Review(marks: ${"[".repeat(60)}`, /nested too deeply/);
});

test("loaded marks replace those on the same thing", () => {
  const both = merged([mark("Bad"), mark("Bad", { step: 9 })], [mark("Good")]);
  assert.deepEqual(both.map((m) => [m.verdict, m.step]), [["Bad", 9], ["Good", 3]]);
});
