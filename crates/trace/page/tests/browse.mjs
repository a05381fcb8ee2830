// Uses pages as a person would, in a real browser: keys, clicks, typing, a narrow screen, a dark one, a hundred thousand states.
// node tests/browse.mjs path/to/murphy [folder for pictures]
import puppeteer from "puppeteer-core";
import axe from "axe-core";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../..");
const murphy = path.resolve(process.argv[2] ?? path.join(root, "target/release/murphy")), pictures = process.argv[3];
const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];
const executable = process.env.MURPHY_BROWSER ?? known.find(existsSync);
if (!executable) { console.log("no browser here: the page was not tried in one"); process.exit(0); }
if (pictures) mkdirSync(pictures, { recursive: true });
const folder = mkdtempSync(path.join(tmpdir(), "murphy-browse-"));
const run = (...args) => execFileSync(murphy, ["--quiet", ...args], { cwd: root, encoding: "utf8" });
const file = (name) => path.join(folder, name);

const makePages = () => {
  run("plan", "worlds/lava_crossing.ron", "specs/lava_crossing.ron", "--out", file("lava.ron"), "--view", file("lava.html"));
  run("plan", "worlds/lava_crossing.ron", "specs/lava_crossing.ron", "--const", "slip=0.4..0.5", "--out", file("slippery.ron"));
  run("view", file("lava.ron"), "--beside", file("slippery.ron"), "--out", file("both.html"));
  run("plan", "worlds/icu_sepsis.ron", "specs/survive.ron", "--out", file("icu.ron"), "--view", file("icu.html"));
  run("plan", "worlds/zoo/dilation.ron", "specs/zoo.ron", "--out", file("dilation.ron"), "--view", file("dilation.html"));
  run("plan", "worlds/zoo/newcomb.ron", "specs/zoo.ron", "--out", file("newcomb.ron"), "--view", file("newcomb.html"));
  run("plan", "worlds/zoo/copy_or_reverse.ron", "specs/zoo.ron", "--out", file("copy.ron"), "--view", file("copy.html"));
  writeFileSync(file("asked.ron"), `Spec(name: "all", goals: [Maximize(Probability("F goal")), Minimize(Expected("moves", until: "goal || lava"))], require: [AtLeast(0.9, Probability("G !lava"))], precision: 1e-6)`);
  run("plan", "worlds/lava_crossing.ron", file("asked.ron"), "--out", file("tiers.ron"), "--view", file("tiers.html"));
  writeFileSync(file("ridge.ron"), RIDGE);
  writeFileSync(file("rested.ron"), `Spec(name: "rested", goals: [Maximize(Expected("joy", horizon: 10))], precision: 1e-6)`);
  run("plan", file("ridge.ron"), file("rested.ron"), "--out", file("ridge.plan.ron"), "--view", file("ridge.html"));
  writeFileSync(file("shore.ron"), SHORE);
  writeFileSync(file("home.ron"), `Spec(name: "home", goals: [Maximize(Probability("!lost U harbour"))], precision: 1e-3)`);
  run("plan", file("shore.ron"), file("home.ron"), "--out", file("shore.plan.ron"));
  run("view", file("shore.plan.ron"), "--runs", "500", "--out", file("shore.html"));
};
/** Puts the data of a page into the page as it is built now, so that a change of its sources needs no new Murphy. */
const renew = (name) => {
  const old = readFileSync(file(name), "utf8"), part = (before, after) => old.split(before)[1].split(after)[0];
  const parts = { title: part("<h1>", "</h1>"), about: part('<p class="about">', "</p>"), answer: part('<main><p class="claim">', "</p>"), data: part('<script id="data" type="application/json">', "</script>") };
  const fresh = readFileSync(path.join(root, "crates/trace/page/dist/page.html"), "utf8").split("%%murphy%%").map((text, i) => i % 2 ? parts[text] : text);
  writeFileSync(file(name), fresh.join(""));
};
/** Ten days of a wind that blew once for all: too many histories to list, few states. */
const RIDGE = `World(name: "a ridge in an unknown wind", hypotheses: { "calm": Hypothesis(set: { "wind": 0.05 }), "strong": Hypothesis(set: { "wind": 0.45 }) }, constants: { "wind": 0 },
  entities: { "walker": Entity(state: { "x": Int("0..5"), "soaked": Bool }, start: { "x": 0, "soaked": false }, steps: [
    Step(on: "ridge", then: Chance([("1 - wind", { "x": "min(x + 1, 5)", "soaked": "false" }), ("wind", { "x": "max(x - 1, 0)", "soaked": "true" })])),
    Step(on: "hut", then: Chance([("1/2", { "soaked": "false" }), ("1/2", {})])) ]) },
  actions: ["ridge", "hut"], labels: { "top": "walker.x == 5" },
  quantities: { "joy": "action == hut ? 0.45 : walker.soaked ? 0.2 : 1 - walker.x / 10" })`;
/** 320 by 320 cells. */
const SHORE = `World(name: "the long shore", unknowns: { "gust": Unknown(within: "0.05..0.25", settled: EachAction) },
  entities: { "ferry": Entity(state: { "x": Int("0..319"), "y": Int("0..319") }, start: { "x": 4, "y": 160 }, steps: [
    Step(on: "east", then: Chance([("1 - gust", { "x": "min(x + 1, 319)" }), ("gust", { "y": "min(y + 1, 319)" })])),
    Step(on: "north", then: Chance([("1 - gust", { "y": "max(y - 1, 0)" }), ("gust", { "x": "min(x + 1, 319)" })])) ]) },
  actions: ["east", "north"], ends: "harbour || lost",
  labels: { "harbour": "ferry.x == 319 && ferry.y in 120..200", "lost": "ferry.x == 319 && !(ferry.y in 120..200)" },
  picture: Grid(x: "ferry.x", y: "ferry.y", paint: { "harbour": "green", "lost": "firebrick" }))`;

const browser = await puppeteer.launch({
  executablePath: executable,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

const open = async (name, { width = 1400, scheme = "light" } = {}) => {
  const context = await browser.createBrowserContext(), page = await context.newPage(), trouble = [];
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("console", (message) => { if (["error", "warning", "warn"].includes(message.type())) trouble.push(`console: ${message.text()}`); });
  page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url()) || request.url().startsWith("file:") && !request.url().includes(name)) trouble.push(`loads ${request.url()}`); });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }]);
  await page.setViewport({ width, height: 1000 });
  await page.goto(pathToFileURL(file(name)).href, { waitUntil: "load" });
  await page.waitForSelector("html[data-ready=yes]");
  const text = (selector) => page.$eval(selector, (node) => node.textContent.replace(/\s+/g, " ").trim());
  const done = async () => { assert.deepEqual(trouble, []); await context.close(); };
  const settle = () => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); await settle(); };
  const picture = async (what) => { if (pictures) await page.screenshot({ path: path.join(pictures, `${what}.png`), fullPage: true }); };
  return { page, text, done, press, settle, picture };
};
const position = (p) => p.text("#position");

const cases = {
  async "the answer stands first"() {
    const p = await open("lava.html");
    assert.match(await p.text("#claim"), /^At least 98\.7\d %$/);
    assert.match(await p.text(".proof"), /Proved: \d+ inequalities/);
    assert.match(await p.text(".compare"), /This plan.*Seen in simulation.*Best case/);
    await p.picture("answer");
    await p.done();
  },
  async "a run is followed with keys, buttons and the slider"() {
    const p = await open("lava.html");
    assert.match(await position(p), /^Step 0 of \d+$/);
    await p.press("ArrowRight", "ArrowRight", "ArrowLeft");
    assert.match(await position(p), /^Step 1 of/);
    await p.page.click("#last");
    assert.match(await p.text("#why"), /The run ends here/);
    assert.equal(await p.page.$eval("#next", (b) => b.disabled), true);
    await p.page.$eval("#scrub", (node) => { node.value = "2"; node.dispatchEvent(new Event("input", { bubbles: true })); });
    await p.settle();
    assert.match(await position(p), /^Step 2 of/);
    assert.match(await p.page.evaluate(() => location.hash), /^#run-\d-2$/);
    await p.page.click("#first");
    await p.page.click("#play");
    await p.page.waitForFunction(() => /^Step [1-9]/.test(document.getElementById("position").textContent), { timeout: 20000 });
    await p.press("Escape");
    await p.press("2");
    assert.equal(await p.page.$eval(".card:nth-of-type(2)", (b) => b.getAttribute("aria-pressed")), "true");
    await p.done();
  },
  async "a step says why, what Nature may do, and what is still owed"() {
    const p = await open("lava.html");
    await p.press("ArrowRight");
    assert.match(await p.text("#why"), /^Why \w+/);
    assert.equal((await p.page.$$("#why .row.chosen")).length, 1);
    assert.equal((await p.page.$$("#why .row:not(.head)")).length, 4);
    const picks = await p.page.$$eval("#nature .nature-pick", (nodes) => nodes.map((n) => parseFloat(n.textContent)));
    assert.ok(Math.abs(picks.reduce((a, b) => a + b, 0) - 1) < 0.01, String(picks));
    assert.match(await p.text(".owed"), /Still open/);
    assert.match(await p.text(".measured"), /moves 1 so far/);
    await p.done();
  },
  async "anywhere in the world can be looked at, and Escape leads back"() {
    const p = await open("lava.html");
    await p.page.focus("#map canvas[tabindex]");
    await p.press("ArrowDown");
    assert.match(await p.text(".subject"), /A state looked up by hand/);
    assert.match(await p.text("#spoken"), /worth|y = 1/);
    await p.press("Escape");
    assert.match(await p.text(".subject"), /^Step 0/);
    await p.page.click("#nature .row:not(.happened) .link");
    await p.settle();
    assert.match(await p.text(".subject"), /looked up by hand/);
    const flow = await p.page.evaluateHandle(() => [...document.querySelectorAll(".sight .segments button")].find((b) => b.textContent === "What follows"));
    await flow.click();
    await p.settle();
    assert.ok((await p.page.$$("#flow .node")).length > 3);
    await p.picture("what-follows");
    await p.page.$eval("#flow .node:last-of-type", (node) => node.focus());
    const before = await p.text("#state-name");
    await p.press("Enter");
    assert.notEqual(await p.text("#state-name"), before);
    await p.done();
  },
  async "states are searched, filtered and sorted"() {
    const p = await open("lava.html");
    await p.press("/");
    await p.page.keyboard.type("x>=3 -lava");
    await p.settle();
    assert.match(await p.text("#found"), /^\d+ of 35 states match$/);
    await p.page.$eval("#search", (node) => { node.value = "z>1"; node.dispatchEvent(new Event("input", { bubbles: true })); });
    await p.settle();
    assert.match(await p.text("#found"), /Not understood: there is no variable “z”/);
    await p.page.$eval("#search", (node) => { node.value = ""; node.dispatchEvent(new Event("input", { bubbles: true })); });
    await p.page.click(".chips button:nth-child(2)");
    await p.settle();
    assert.match(await p.text("#found"), /^5 of 35/);
    await p.page.click(".chips button:nth-child(1)");
    await p.page.click(".states thead th button");
    await p.settle();
    assert.equal(await p.page.$eval(".states thead th", (n) => n.getAttribute("aria-sort")), "ascending");
    await p.page.focus(".states tbody tr[tabindex='0']");
    await p.press("ArrowDown", "Enter");
    assert.match(await p.text(".subject"), /looked up by hand/);
    await p.done();
  },
  async "marks and notes are made, kept, and saved as a review"() {
    const p = await open("lava.html");
    await p.press("ArrowRight", "b");
    await p.page.click("#add-note");
    await p.page.type("#note", 'hugs the "lava"');
    await p.page.click("#state-name");
    await p.press("ArrowRight", "g", "ArrowRight", "g", "g");
    await p.page.click(".whole-run .mark.bad");
    await p.settle();
    assert.equal((await p.page.$$(".mark-list li")).length, 3);
    assert.equal((await p.page.$$(".flag")).length, 2);
    const session = await p.page.createCDPSession();
    await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, browserContextId: p.page.browserContext().id, eventsEnabled: true });
    const saved = new Promise((resolve) => session.on("Browser.downloadProgress", (event) => { if (event.state === "completed") resolve(); }));
    await p.page.click("#export");
    await saved;
    const review = readFileSync(file("review.ron"), "utf8");
    assert.match(review, /^Review\(\n {4}format: 1,\n {4}plan: "[0-9a-f]{64}",/);
    assert.match(review, /Bad\(run: \d+, step: 1, number: \d+, state: \{ "robot\.x": \d, "robot\.y": \d \}, action: "\w+", note: "hugs the \\"lava\\""\)/);
    assert.match(review, /Good\(run: \d+, step: 2,/);
    assert.match(review, /Bad\(run: \d+\),/);
    await p.picture("review");
    await p.done();
  },
  async "an earlier review is loaded from a file or pasted, and a wrong one says why"() {
    const p = await open("lava.html");
    const hash = await p.page.evaluate(() => JSON.parse(document.getElementById("data").textContent).plan_hash);
    const review = (plan, seed = 1) => `Review(format: 1, plan: "${plan}", world: "lava crossing", goal: "Maximize(Probability(\\"F goal\\"))", seed: ${seed}, nature: "worst", marks: [
      Bad(number: 3, state: { "robot.x": 1, "robot.y": 1 }, action: "north", note: "too near"),
      Good(run: 0),
    ])`;
    writeFileSync(file("early.ron"), review(hash));
    const input = await p.page.$("#review-file");
    await input.uploadFile(file("early.ron"));
    await p.page.waitForFunction(() => document.getElementById("loaded"));
    assert.equal(await p.text("#loaded"), "2 marks loaded.");
    assert.equal((await p.page.$$(".mark-list li")).length, 2);
    assert.match(await p.page.$eval(".mark-list textarea", (t) => t.value), /too near/);
    await p.page.click("#paste");
    for (const [text, why] of [[review("00ff"), /made on another plan/], [review(hash, 7), /seed 7 against the worst Nature.*murphy view --seed 7/], ["Spec()", /Line 1, column 1: this is a Spec/]]) {
      await p.page.$eval("#pasted", (node, t) => { node.value = t; node.dispatchEvent(new Event("input", { bubbles: true })); }, text);
      await p.settle();
      await p.page.click("#take");
      await p.settle();
      assert.match(await p.text("#loaded"), why);
    }
    assert.equal((await p.page.$$(".mark-list li")).length, 2, "nothing of them was loaded");
    await p.picture("loaded");
    await p.done();
  },
  async "two plans are compared"() {
    const p = await open("both.html");
    assert.match(await p.text("#compare"), /This plan.*slippery/);
    assert.match(await p.text("#compare-title"), /Two plans/);
    assert.match(await p.text("#beyond"), /lava/);
    const change = await p.page.evaluateHandle(() => [...document.querySelectorAll("#map .segments button")].find((b) => b.textContent === "Change"));
    await change.click();
    await p.settle();
    await p.picture("compare");
    await p.done();
  },
  async "a world without a grid shows what follows"() {
    const p = await open("icu.html");
    assert.ok((await p.page.$$("#flow .node")).length > 5);
    assert.match(await p.text("#states"), /All 715 of them/);
    await p.picture("sepsis");
    await p.done();
  },
  async "a world settled once shows its worlds, the whole tree, and what is still at stake"() {
    const p = await open("dilation.html");
    assert.match(await p.text("#worlds"), /y = 13\/51\/10y = 02\/51\/10/);
    assert.match(await p.text("#states"), /All 15 of them/);
    assert.equal((await p.page.$$("#flow .node")).length, 15, "the tree is drawn whole");
    assert.equal((await p.page.$$("#flow .twin")).length, 2, "what looks alike hangs together");
    assert.equal((await p.page.$$("#stake")).length, 0, "nothing to choose at the start");
    await p.press("ArrowRight", "ArrowRight");
    assert.match(await p.text("#why"), /^Why bet/);
    assert.match(await p.text("#stake"), /1\/2 of the range.*2 histories look alike.*y = 0.*y = 1/);
    const row = await p.page.$$eval("#stake tbody tr", (rows) => rows.map((r) => [...r.querySelectorAll(".number")].map((c) => c.textContent)));
    assert.deepEqual(row.map(([lambda]) => lambda), ["1", "1"]);
    assert.deepEqual(row.map((r) => r[1]).sort(), ["0", "1"], "b is what the other sight pays");
    await p.picture("dilation");
    await p.done();
  },
  async "a predictor is compared over whole policies, and lots are said"() {
    const p = await open("newcomb.html");
    await p.press("ArrowRight");
    assert.match(await p.text("#why"), /whole policies.*one \(taken\)990,000.*twoat most 11,000/);
    await p.picture("newcomb");
    await p.done();
    const q = await open("copy.html");
    assert.match(await q.text("#worlds"), /copy1\/25\/8.*reverse1\/25\/8/);
    await q.page.type("#search", "step=1");
    await q.settle();
    assert.match(await q.text(".states tbody"), /say_heads 1\/4 · say_tails 3\/4/);
    await q.done();
  },
  async "all goals and requirements are shown, and what each still owes"() {
    const p = await open("tiers.html");
    assert.match(await p.text("#asked tbody"), /Goal 1.*Goal 2.*19\.535.*Require.*at least 9\/10 holds/);
    await p.press("ArrowRight");
    assert.match(await p.text("#aims"), /Goal 1.*still open.*Goal 2.*1 so far.*Require/);
    await p.page.click("#last");
    await p.settle();
    assert.match(await p.text("#aims"), /Goal 1.*(has held|can no longer hold).*Goal 2.*complete/);
    await p.page.focus("#map canvas[tabindex]");
    await p.press("ArrowDown");
    assert.match(await p.text("#aims"), /Goal 2/);
    await p.picture("tiers");
    await p.done();
  },
  async "a plan on states carries its a-measures along the way"() {
    const p = await open("ridge.html");
    const stakes = [];
    for (let i = 0; i < 4; i++) { stakes.push(await p.text("#stake tbody")); await p.press("ArrowRight"); }
    assert.ok(stakes.every((s) => /calm.*strong/.test(s)), stakes.join(" | "));
    assert.equal(new Set(stakes).size, 4, "they change with every step");
    await p.picture("ridge");
    await p.done();
  },
  async "a hundred thousand states stay usable"() {
    const p = await open("shore.html");
    assert.match(await p.text("#states"), /The page holds the 100,000 that matter most of 101,120/);
    assert.match(await p.text("#found"), /^100,000 states$/);
    assert.ok((await p.page.$$(".states tbody tr")).length < 60, "only the rows in sight are in the document");
    // Tasks that hold up the page (longer than 50 ms), counted while it is used as a person would; loading is not among them.
    await p.page.evaluate(() => { window.held = []; new PerformanceObserver((list) => { for (const e of list.getEntries()) window.held.push(Math.round(e.duration)); }).observe({ type: "longtask" }); });
    await p.page.$eval(".tall", (node) => { node.scrollTop = 1.9e6; });
    await p.settle();
    assert.ok((await p.page.$$(".states tbody tr")).length < 60, "far down, too");
    await p.page.$eval(".tall", (node) => { node.scrollTop = 0; });
    for (let i = 0; i < 20; i++) await p.press("ArrowRight");
    for (let i = 0; i < 20; i++) await p.press("ArrowLeft");
    const walking = await p.page.evaluate(() => window.held.splice(0));
    assert.ok(walking.length <= 2, `following a run held the page up: ${walking}`);
    await p.page.type("#search", "x=4 y>310");
    await p.settle();
    assert.match(await p.text("#found"), /^9 of 100,000/);
    const searching = await p.page.evaluate(() => window.held.splice(0));
    // One for each letter at most: every letter searches a hundred thousand states once, not more often.
    assert.ok(searching.length <= 10, `searching held the page up: ${searching}`);
    if (process.env.MURPHY_TIMES) console.log(`     walking ${JSON.stringify(walking)}, searching ${JSON.stringify(searching)}`);
    await p.press("Escape", "ArrowRight");
    assert.match(await position(p), /^Step 1 of/);
    await p.picture("shore");
    await p.done();
  },
  async "nothing sticks out on a phone, and it can be read in the dark"() {
    for (const name of ["lava.html", "icu.html", "both.html", "dilation.html", "newcomb.html", "ridge.html", "tiers.html"]) for (const width of [390, 768, 1400]) for (const scheme of ["light", "dark"]) {
      const p = await open(name, { width, scheme });
      await p.press("ArrowRight", "b");
      assert.equal(await p.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${name} at ${width}`);
      await p.picture(`${name.replace(".html", "")}-${width}-${scheme}`);
      if (width !== 768) {
        await p.page.evaluate(axe.source);
        const found = await p.page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
        assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + (n.any[0]?.message ?? "")).join(" | ")}`), [], `${name} at ${width}, ${scheme}`);
      }
      await p.done();
    }
  },
  async "help opens and closes with a key"() {
    const p = await open("lava.html");
    await p.press("?");
    assert.equal(await p.page.$eval("dialog", (d) => d.open), true);
    await p.picture("help");
    await p.press("Escape");
    assert.equal(await p.page.$eval("dialog", (d) => d.open), false);
    await p.done();
  },
};

let failed = 0;
try {
  makePages();
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".html"))) renew(name);
  const only = process.env.MURPHY_ONLY;
  for (const [name, act] of Object.entries(cases).filter(([name]) => !only || name.includes(only))) {
    try { await act(); console.log(`ok   ${name}`); } catch (error) { failed += 1; console.log(`FAIL ${name}\n     ${String(error.stack ?? error).replaceAll("\n", "\n     ")}`); }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
