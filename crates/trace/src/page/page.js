// The page's script: reads the data in the page and draws it. Nothing is loaded; all text goes in as text.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const SVG = $("spark").namespaceURI;

  // ---- Making elements ----
  const put = (node, children) => {
    for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
    return node;
  };
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
      else if (name === "style") for (const [key, to] of Object.entries(value)) node.style.setProperty(key, to);
      else if (value !== null && value !== false) node.setAttribute(name, value);
    }
    return put(node, children);
  };
  const svg = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return put(node, children);
  };
  const fill = (node, ...children) => { node.replaceChildren(); return put(node, children); };
  const segments = (node, options, chosen, act) => fill(node, options.map(([key, text]) =>
    el("button", { type: "button", "aria-pressed": String(key === chosen), on: { click: () => act(key) } }, text)));

  // ---- Numbers ----
  const number = (x) => x === "inf" ? Infinity : x === "-inf" ? -Infinity : x === null ? NaN : Number(x);
  const probability = data.kind === "probability";
  const group = (n) => Number(n).toLocaleString("en");
  const superscript = (n) => String(n).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
  const scientific = (x, figures) => {
    const [mantissa, exponent] = x.toExponential(figures).split("e");
    return `${mantissa}·10${superscript(Number(exponent))}`;
  };
  // Rounds down or up where a side matters, so that what is printed still holds.
  const fixed = (x, places, side) => {
    const scale = 10 ** places, scaled = x * scale;
    const whole = side === "down" ? Math.floor(scaled + 1e-9) : side === "up" ? Math.ceil(scaled - 1e-9) : Math.round(scaled);
    return (whole / scale).toFixed(places);
  };
  const show = (value, side) => {
    const x = probability ? Math.min(1, number(value)) : number(value);
    if (Number.isNaN(x)) return "unknown";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
    if (x === 0 || (probability && x === 1)) return String(x);
    const size = Math.abs(x);
    if (size < 1e-3 || size >= 1e7) return scientific(x, 2);
    if (probability && 1 - x > 0 && 1 - x < 1e-3) return fixed(x, Math.min(15, Math.ceil(-Math.log10(1 - x)) + 2), side);
    if (probability) return fixed(x, 4, side);
    return Number.isInteger(x) ? group(x) : fixed(x, size >= 1000 ? 1 : size >= 10 ? 3 : 4, side);
  };
  const share = (p) => p === 0 || p === 1 ? String(p) : p < 1e-3 ? scientific(p, 1) : p.toFixed(3);
  const between = (range) => {
    const [low, high] = [show(range.lower, "down"), show(range.upper, "up")];
    const gap = number(range.upper) - number(range.lower);
    if (low === high) return low;
    // A gap below the last figure shown is said as one number.
    return gap < (probability ? 1e-4 : 1e-4 * Math.max(1, Math.abs(number(range.upper)))) ? show(range.lower) : `${low} – ${high}`;
  };
  const middle = (range) => {
    const [low, high] = [number(range.lower), number(range.upper)];
    return Number.isFinite(high) ? (low + high) / 2 : low;
  };
  const percent = (value, side) => {
    const x = Math.min(1, Math.max(0, number(value))) * 100;
    if (x === 0 || x === 100) return `${x}\u00a0%`;
    if (x < 0.01) return `${scientific(x, 2)}\u00a0%`;
    return `${fixed(x, x > 99.9 ? Math.min(12, Math.ceil(-Math.log10(100 - x)) + 3) : 2, side)}\u00a0%`;
  };
  const headline = (value, side) => probability ? percent(value, side) : show(value, side);

  // ---- Axes: a line from `low` to `high` ----
  // An axis that ends on round numbers, with about `count` steps.
  const round = (low, high, count) => {
    const raw = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].find((s) => s * power >= raw * 0.999) * power;
    const ends = { low: Math.floor(low / step + 1e-9) * step, high: Math.ceil(high / step - 1e-9) * step };
    const steps = Math.max(1, Math.round((ends.high - ends.low) / step));
    return { ...ends, steps, places: Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) + (String(step / power).includes(".") ? 1 : 0) - 1e-9))) };
  };
  const axisOf = (ranges, whole, count = 2) => {
    const ends = ranges.flatMap((r) => [number(r.lower), number(r.upper)]).filter(Number.isFinite);
    if ((whole && probability) || !ends.length) return round(0, 1, count);
    const low = Math.min(...ends), high = Math.max(...ends);
    if (whole) return round(Math.min(0, low), Math.max(high, low < 0 ? 0 : 1e-12), count);
    const room = Math.max((high - low) * 0.06, Math.abs(high) * 1e-6, 1e-12);
    return round(probability ? Math.max(0, low - room) : low - room, probability ? Math.min(1, high + room) : high + room, count);
  };
  const place = (axis, x) => 100 * Math.min(1, Math.max(0, (x - axis.low) / (axis.high - axis.low || 1)));
  const mark = (axis, range, kind) => {
    const [left, right] = [place(axis, number(range.lower)), place(axis, Math.min(number(range.upper), axis.high))];
    return el("i", { class: kind, style: { left: `${left}%`, width: `${Math.max(0, right - left)}%` } });
  };
  const dot = (axis, x) => el("i", { class: "dot", style: { left: `${place(axis, x)}%` } });
  const track = (...marks) => el("div", { class: "track", "aria-hidden": "true" }, marks);
  const ticks = (axis) => Array.from({ length: axis.steps + 1 }, (_, i) => {
    const x = axis.low + (axis.high - axis.low) * i / axis.steps;
    const text = Math.abs(x) >= 1e5 || axis.places > 8 ? scientific(x, 1) : x === 0 ? "0" : Number(x.toFixed(axis.places)).toLocaleString("en", { maximumFractionDigits: 9 });
    return el("span", { style: { left: `${100 * i / axis.steps}%` } }, text);
  });

  // ---- The answer ----
  const pessimistic = data.stance === "Pessimistic", optimistic = data.stance === "Optimistic";
  const large = data.wants === "large";
  // The side that the policy keeps, and the side that no plan can pass.
  const [kept, limit] = large ? [data.bracket.lower, data.bracket.upper] : [data.bracket.upper, data.bracket.lower];
  const [keptSide, limitSide] = large ? ["down", "up"] : ["up", "down"];

  const drawClaim = () => {
    const value = el("strong", {}, headline(kept, keptSide));
    const goal = el("strong", {}, data.goal_in_words);
    const best = el("strong", {}, headline(limit, limitSide));
    if (pessimistic) {
      $("claim-kind").textContent = "What the plan guarantees";
      fill($("claim"), large ? "At least " : "At most ", value);
      fill($("gloss"), "The plan keeps ", goal, large ? " at or above this" : " at or below this",
        ", in every world that the model cannot rule out. No plan can promise ", large ? "more" : "less", " than ", best, ".");
    } else {
      $("claim-kind").textContent = optimistic ? "What is possible at best" : "At the centre of every set";
      fill($("claim"), value);
      fill($("gloss"), "With the plan, ", goal, large ? " is at least this" : " is at most this",
        optimistic ? " if Nature fills in what is open in the plan's favour. This is a hope, not a guarantee: " : " if the model's central estimate is exactly right. That is an assumption, not a guarantee: ",
        "no plan does better than ", best, " under the same assumption.");
    }
  };

  const simulated = data.simulation && {
    name: "Seen in simulation", own: false, whisker: true, bracket: data.simulation.interval,
    note: `${group(data.simulation.runs)} runs, ${natureWords(data.simulation.nature)}; ${+(100 * data.simulation.confidence).toFixed(4)} % interval`,
  };
  function natureWords(nature) {
    return { worst: pessimistic ? "worst-case Nature" : "Nature as declared", nominal: "Nature at the centre of each set", sampled: "Nature drawn at random from each set" }[nature] ?? nature;
  }

  let scale = "whole";
  const drawCompare = () => {
    const own = { name: "This plan", own: true, bracket: data.bracket, note: `certified, ${data.stance.toLowerCase()} Nature` };
    const rows = [own, simulated, ...data.variants].filter(Boolean);
    const axis = axisOf(rows.map((r) => r.bracket), scale === "whole", 4);
    segments($("scale-choice"), [["whole", probability ? "0 to 1" : "From zero"], ["close", "Closer"]], scale, (key) => { scale = key; drawCompare(); });
    fill($("axis"), ticks(axis));
    fill($("compare-rows"), rows.map((row) => el("tr", { class: row.own ? "own" : "" },
      el("td", {}, row.name, row.note ? el("span", {}, row.note) : null),
      el("td", {}, track(mark(axis, row.bracket, row.whisker ? "whisker" : row.own ? "range" : "range other"), row.whisker ? seen(axis, number(data.simulation.mean)) : null)),
      el("td", { class: "number" }, between(row.bracket), row.whisker ? el("span", {}, `mean ${show(data.simulation.mean)}`) : null))));
  };
  const seen = (axis, x) => Number.isFinite(x) ? el("i", { class: "dot seen", style: { left: `${place(axis, x)}%` } }) : null;

  const drawFacts = () => {
    const settled = { EachAction: "picks anew each time, after seeing the action", EachState: "picks anew in each state, before the action is drawn", Once: "picks once for the whole run" }[data.settled] ?? data.settled;
    const stance = { Pessimistic: "against the plan", Optimistic: "with the plan", Nominal: "on neither side" }[data.stance] ?? data.stance;
    const stop = { precise: "reached", "sweeps spent": "not reached: the budget of sweeps was spent", stalled: "not reached: rounding leaves nothing to gain" }[data.stop];
    const fact = (term, ...text) => el("div", {}, el("dt", {}, term), el("dd", {}, text));
    const proof = data.checked
      ? el("div", {}, el("dt", {}, "Proof"), el("dd", { class: "proved" }, `checked: ${group(data.checked.inequalities)} inequalities, in exact arithmetic, by a program that shares no search code with the planner`))
      : fact("Proof", "not checked for this page; run ", el("code", {}, "murphy check"));
    const s = data.simulation;
    const ends = s && [s.held && `${group(s.held)} met the goal`, s.failed && `${group(s.failed)} did not`, s.endless && `${group(s.endless)} can never end`, s.unfinished && `${group(s.unfinished)} were cut before their end`].filter(Boolean).join(", ");
    fill($("facts"),
      fact("Goal, as written", el("code", {}, data.goal)),
      fact("Nature", `${stance}; ${settled}`),
      proof,
      fact("Exact numbers", el("code", {}, `[${data.bracket.lower}, ${data.bracket.upper}]`), ` with a precision of ${data.precision} asked for, ${stop} after ${count(data.sweeps, "sweep")}`),
      fact("Model", `${group(data.size[0])} states, ${group(data.size[1])} choices, ${group(data.size[2])} branches`),
      s ? fact("Simulation", `${group(s.runs)} runs, seed ${data.seed}, ${natureWords(s.nature)}`, ends ? `; ${ends}` : "", `; ${s.steps_mean.toFixed(1)} steps on average, ${group(s.steps_longest)} at most`) : null);
    if (data.notes.length) fill($("notes"), el("h3", {}, "What the model says about itself"), el("ul", {}, data.notes.map((note) => el("li", {}, note.split("`").map((part, i) => i % 2 ? el("code", {}, part) : part)))));
  };

  // ---- The walk ----
  let trace = 0, at = 0, timer = null;
  const roleWords = { worst: "Worst", typical: "Typical", best: "Best", asked: "As asked" };
  const outcomeWords = (t) => ({
    held: "the goal's formula held", failed: "the goal's formula failed", summed: `it came to ${show(t.total)}`,
    endless: "it can never end", unfinished: "it was cut before its end",
  })[t.outcome];
  const outcomeClass = (t) => ({ held: large ? "good" : "bad", failed: large ? "bad" : "good", endless: large ? "good" : "bad" })[t.outcome] ?? "";
  const short = (name) => name.includes(".") && data.policy.variables.every((v) => v.startsWith(name.split(".")[0] + ".")) ? name.split(".").slice(1).join(".") : name;
  // Exact fractions are for machines; people get four figures.
  const plain = (value) => {
    const parts = /^(-?\d+)\/(\d+)$/.exec(String(value));
    return parts ? String(Number((Number(parts[1]) / Number(parts[2])).toPrecision(4))) : String(value);
  };
  const brief = (text) => text.split(", ").map((pair) => { const i = pair.indexOf("="); return i < 0 ? pair : `${short(pair.slice(0, i))} = ${plain(pair.slice(i + 1))}`; }).join(", ");
  const count = (n, one) => `${group(n)} ${one}${Number(n) === 1 ? "" : "s"}`;

  const drawTraceChoice = () => {
    const t = data.traces[trace];
    segments($("trace-choice"), data.traces.map((one, i) => [i, roleWords[one.role]]), trace, (i) => { trace = i; at = 0; stop(); drawTrace(); });
    fill($("walk-gloss"), `Run ${t.run} of ${group(data.simulation.runs)}, with ${natureWords(data.simulation.nature)}: `,
      el("strong", { class: outcomeClass(t) }, outcomeWords(t)), ` after ${count(t.length - 1, "step")}.`,
      t.length > t.steps.length ? ` The page keeps its first and last ${group(t.steps.length / 2)} states.` : "");
  };

  const drawSpark = () => {
    const steps = data.traces[trace].steps;
    const axis = axisOf(steps.map((s) => s.bracket), true);
    const x = (i) => steps.length > 1 ? 1000 * i / (steps.length - 1) : 500;
    const y = (v) => 96 - 0.92 * place(axis, Number.isFinite(v) ? v : axis.high);
    fill($("spark-ends"), el("span", {}, show(axis.high)), el("span", {}, show(axis.low)));
    const line = steps.map((s, i) => `${x(i)},${y(middle(s.bracket))}`);
    const top = steps.map((s, i) => `${x(i)},${y(number(s.bracket.upper))}`);
    const bottom = steps.map((s, i) => `${x(i)},${y(number(s.bracket.lower))}`).reverse();
    fill($("spark"),
      svg("line", { class: "grid", x1: 0, x2: 1000, y1: 96, y2: 96 }), svg("line", { class: "grid", x1: 0, x2: 1000, y1: 4, y2: 4 }),
      svg("polygon", { class: "area", points: `${x(0)},96 ${line.join(" ")} ${x(steps.length - 1)},96` }),
      svg("polygon", { class: "band", points: [...top, ...bottom].join(" ") }),
      svg("polyline", { class: "line", points: line.join(" ") }),
      svg("line", { class: "cursor", id: "cursor", x1: x(at), x2: x(at), y1: 0, y2: 100 }));
  };

  const drawWhere = (steps) => {
    const step = steps[at], before = at ? steps[at - 1].values : null;
    const names = data.policy.variables.length ? data.policy.variables : [];
    const values = names.map((name) => el("div", { class: before && before[name] !== step.values[name] ? "changed" : "" },
      el("dt", {}, short(name)), el("dd", {}, plain(step.values[name]))));
    fill($("where"),
      el("h3", {}, "Where it is"),
      names.length ? el("dl", { class: "state" }, values) : el("p", { class: "state" }, `State ${step.state}`),
      step.labels.length ? el("p", { class: "tags" }, step.labels.map((label) => el("span", { class: "tag" }, label))) : null,
      el("p", { class: "here-on" }, "The value from here on: ", el("b", {}, between(step.bracket))));
  };

  const drawAlternatives = (step) => {
    const decision = step.decision;
    if (!decision) {
      const t = data.traces[trace];
      fill($("alternatives"), el("h3", {}, "The run ends here"), el("p", { class: `claim ${outcomeClass(t)}`, style: { "font-size": "1.5rem", "margin-top": "0.4rem" } }, outcomeWords(t)));
      return;
    }
    const order = decision.alternatives.map((a) => a).sort((a, b) => {
      const by = (r) => large ? number(r.bracket.lower) : -number(r.bracket.upper);
      return by(b) - by(a) || (b.action === decision.action) - (a.action === decision.action);
    });
    const chosen = order.find((a) => a.action === decision.action);
    const axis = axisOf(order.map((a) => a.bracket), order.length < 2);
    const side = (r) => number(large ? r.lower : r.upper);
    const apart = (a) => {
      const gap = side(a.bracket) - side(chosen.bracket);
      if (a === chosen) return "taken";
      if (!Number.isFinite(gap)) return "";
      return Math.abs(gap) < 1e-12 ? "just as good" : `${gap > 0 ? "+" : "−"}${show(Math.abs(gap))}`;
    };
    fill($("alternatives"),
      el("h3", {}, order.length > 1 ? "What it does, and what else it could do" : "The only thing it can do"),
      el("div", { class: "rows" },
        el("div", { class: "row head", "aria-hidden": "true" }, el("span", { class: "name" }, "action"), el("div", { class: "axis" }, ticks(axis)), el("span", { class: "value" }, "value")),
        order.slice(0, 26).map((a) => el("div", { class: a === chosen ? "row chosen" : "row" },
          el("span", { class: "name" }, a.action), track(mark(axis, a.bracket, a === chosen ? "range" : "range other")),
          el("span", { class: "value" }, between(a.bracket), el("span", {}, apart(a)))))),
      order.length > 26 ? el("p", { class: "small more" }, `${order.length - 26} more actions are no better.`) : null);
  };

  const branchName = (b) => {
    const [first, ...rest] = b.labels.length ? [b.labels.join(", "), b.move] : b.move.split(", ");
    return el("span", { class: "name" }, first, b.happened ? el("em", {}, " · happened") : null, rest.length ? el("small", {}, rest.join(", ")) : null);
  };
  // Whether Nature went to an end of what is open.
  const extreme = (b) => {
    if (b.upper - b.lower < 1e-12) return null;
    const near = (x) => Math.abs(b.nature - x) < 1e-9;
    const [sign, text] = near(b.upper) ? ["▲", "as much as the model allows"] : near(b.lower) ? ["▼", "as little as the model allows"] : [];
    return sign ? el("abbr", { title: text }, sign, " ") : null;
  };

  let everything = false;
  const drawCredal = (step) => {
    const decision = step.decision;
    $("credal").hidden = !decision;
    if (!decision) return;
    const all = decision.branches.map((b, i) => ({ ...b, index: i, move: brief(step.moves[i]), labels: step.tags[i], happened: i === decision.outcome }));
    const heavy = [...all].sort((a, b) => b.happened - a.happened || b.nature - a.nature || b.upper - a.upper);
    const few = everything ? heavy : heavy.slice(0, 10);
    const bad = (b) => (large ? 1 : -1) * middle(b.value);
    const rows = few.sort((a, b) => bad(a) - bad(b) || b.nature - a.nature);
    const most = Math.max(...rows.map((b) => b.upper));
    const axis = round(0, Math.min(1, most), 2);
    const hidden = all.filter((b) => !rows.includes(b));
    const mass = hidden.reduce((sum, b) => sum + b.nature, decision.rest ? decision.rest.nature : 0);
    const count = hidden.length + (decision.rest ? decision.rest.branches : 0);
    const list = el("div", { class: "rows" },
      el("div", { class: "row wide head", "aria-hidden": "true" }, el("span", { class: "name" }, "what can happen"), el("div", { class: "axis" }, ticks(axis)),
        el("span", { class: "value" }, "probability"), el("span", { class: "value" }, "value there")),
      rows.map((b) => el("div", { class: b.happened ? "row wide happened-row" : "row wide" },
        branchName(b), track(mark(axis, b, "open"), dot(axis, b.nature)),
        el("span", { class: "value" }, extreme(b), share(b.nature), el("span", {}, b.lower === b.upper ? "known" : `${share(b.lower)} to ${share(b.upper)}`)),
        el("span", { class: "value" }, between(b.value)))));
    const precise = all.every((b) => b.lower === b.upper);
    const corner3 = all.length === 3 && !decision.rest && !precise;
    fill($("credal"),
      corner3 ? triangle(rows) : null,
      el("h3", {}, precise ? "What can happen then" : "What can happen then, and what Nature picks"),
      precise ? null : el("p", { class: "small" }, `Bars: what the model cannot rule out (${decision.set}). Dots: Nature's pick, `,
        { worst: pessimistic ? "which pushes towards what is worst for the plan" : "as declared", nominal: "the centre of the set", sampled: "a random point of the set" }[data.simulation.nature] ?? "", ". Worst outcome first."),
      list,
      count ? el("p", { class: "small more" }, `${group(count)} more outcomes have the probability ${share(Math.min(1, mass))} together. `,
        hidden.length ? el("button", { type: "button", on: { click: () => { everything = true; drawStep(); } } }, `Show ${group(hidden.length)}`) : null) : null);
  };

  // Three outcomes: every distribution is a point of a triangle, and bounds cut a region out of it.
  const triangle = (rows) => {
    const corners = [[80, 6], [6, 134], [154, 134]];
    const at2 = (p) => [0, 1].map((k) => p.reduce((sum, share, i) => sum + share * corners[i][k], 0));
    let region = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    const clip = (inside) => {
      const next = [];
      region.forEach((p, i) => {
        const q = region[(i + 1) % region.length], a = inside(p), b = inside(q);
        if (a >= 0) next.push(p);
        if ((a < 0) !== (b < 0)) next.push(p.map((v, k) => v + (q[k] - v) * a / (a - b)));
      });
      region = next;
    };
    rows.forEach((b, i) => { clip((p) => p[i] - b.lower + 1e-12); clip((p) => b.upper - p[i] + 1e-12); });
    const pick = at2(rows.map((b) => b.nature));
    return svg("svg", { class: "triangle", viewBox: "-14 -10 188 166", role: "img", "aria-label": "The same bounds as a region of the triangle of all distributions, with Nature's pick" },
      svg("polygon", { class: "frame", points: corners.join(" ") }),
      svg("polygon", { class: "region", points: region.map((p) => at2(p).join(",")).join(" ") }),
      svg("circle", { class: "pick", cx: pick[0], cy: pick[1], r: 6 }),
      rows.map((b, i) => svg("text", { x: corners[i][0], y: corners[i][1] + (i ? 16 : -6), "text-anchor": "middle" }, b.move.length > 16 ? b.move.slice(0, 15) + "…" : b.move)));
  };

  const happenedName = (step) => [step.tags[step.decision.outcome].join(", "), brief(step.moves[step.decision.outcome])].filter(Boolean).join(" · ");
  const drawHappened = (step) => {
    const decision = step.decision;
    if (!decision) return fill($("happened"));
    const branch = decision.branches[decision.outcome];
    const added = decision.quantity !== undefined && number(decision.quantity) !== 0 ? ` The step adds ${show(decision.quantity)}.` : "";
    const now = middle(step.bracket), then = middle(branch.value);
    const turn = !Number.isFinite(now - then) || Math.abs(then - now) < 1e-9 ? ", which leaves the value as it was" : `, which ${then > now ? "raises" : "lowers"} the value from ${show(now)} to ${show(then)}`;
    return fill($("happened"), "It does ", el("strong", {}, decision.action), ". What happens: ", el("strong", {}, happenedName(step)), turn, ".", added);
  };

  const drawStep = () => {
    const t = data.traces[trace], step = t.steps[at];
    $("scrub").value = at;
    const x = t.steps.length > 1 ? 1000 * at / (t.steps.length - 1) : 500;
    for (const end of ["x1", "x2"]) $("cursor").setAttribute(end, x);
    $("position").textContent = `Step ${group(step.step)} of ${group(t.length - 1)}`;
    $("scrub").setAttribute("aria-valuetext", $("position").textContent);
    for (const id of ["first", "previous"]) $(id).disabled = at === 0;
    for (const id of ["next", "last"]) $(id).disabled = at === t.steps.length - 1;
    drawWhere(t.steps); drawAlternatives(step); drawCredal(step); drawHappened(step); drawMap();
    // A step has an address, so that a person can point another at it.
    try { history.replaceState(null, "", `#${t.role}-${step.step}`); } catch { /* some viewers forbid it */ }
    if (!timer) $("spoken").textContent = `${$("position").textContent}. ${$("where").innerText}. ${$("happened").textContent}`;
  };
  const drawTrace = () => {
    $("scrub").max = data.traces[trace].steps.length - 1;
    everything = false;
    drawTraceChoice(); drawSpark(); drawStep();
  };
  const go = (to) => { at = Math.max(0, Math.min(data.traces[trace].steps.length - 1, to)); drawStep(); };
  const stop = () => { clearInterval(timer); timer = null; $("play").textContent = "Play"; $("play").setAttribute("aria-pressed", "false"); };
  const play = () => {
    if (timer) { stop(); drawStep(); return; }
    const end = () => data.traces[trace].steps.length - 1;
    if (at === end()) go(0);
    timer = setInterval(() => { if (at >= end()) stop(); else go(at + 1); }, 900);
    $("play").textContent = "Pause"; $("play").setAttribute("aria-pressed", "true");
  };
  const listen = () => {
    $("scrub").addEventListener("input", () => { stop(); go(Number($("scrub").value)); });
    const buttons = { first: () => go(0), previous: () => go(at - 1), next: () => go(at + 1), last: () => go(Infinity) };
    for (const [id, act] of Object.entries(buttons)) $(id).addEventListener("click", () => { stop(); act(); });
    $("play").addEventListener("click", play);
    document.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, .scroller")) return;
      const act = { ArrowLeft: buttons.previous, ArrowRight: buttons.next, Home: buttons.first, End: buttons.last }[event.key];
      if (act && (event.key.startsWith("Arrow") || event.target.closest("#walk"))) { event.preventDefault(); stop(); act(); }
      if (event.key === " " && !event.target.closest("button, a")) { event.preventDefault(); play(); }
    });
  };

  // ---- The map ----
  const map = data.map, SIDE = 44;
  let shade = "value";
  const turns = { east: 0, right: 0, e: 0, south: 90, down: 90, s: 90, west: 180, left: 180, w: 180, north: 270, up: 270, u: 270, n: 270, r: 0, d: 90, l: 180, northeast: 315, southeast: 45, southwest: 135, northwest: 225 };
  const corner = (cell) => [(cell[0] - map.columns[0]) * SIDE, (cell[1] - map.rows[0]) * SIDE];
  const centre = (cell) => corner(cell).map((v) => v + SIDE / 2);
  const states = map && new Map(map.states.map((s) => [s.state, s]));
  const mark2 = (s) => {
    const [x, y] = centre(s.at), key = s.action.toLowerCase().replace(/[^a-z]/g, "");
    if (!s.action) return null;
    if (key in turns) return svg("path", { class: "arrow", d: "M-8 0H8M3 -5L8 0L3 5", transform: `translate(${x} ${y}) rotate(${turns[key]})` });
    return svg("text", { x, y: y + 4 }, s.action.slice(0, 4));
  };
  let drawnFor = null;
  const drawBase = (context) => {
    const key = `${context}/${shade}`;
    if (drawnFor === key) return;
    drawnFor = key;
    const width = (map.columns[1] - map.columns[0] + 1) * SIDE, height = (map.rows[1] - map.rows[0] + 1) * SIDE;
    const shown = map.states.filter((s) => s.context === context);
    const level = (s) => shade === "visits" ? Math.log1p(s.visits) : middle(s);
    const levels = shown.filter((s) => s.paint === null).map(level).filter(Number.isFinite), low = Math.min(...levels), high = Math.max(...levels);
    const depth = (s) => high > low ? 0.04 + 0.6 * ((Number.isFinite(level(s)) ? level(s) : high) - low) / (high - low) : 0.2;
    const cells = shown.map((s) => {
      const [x, y] = corner(s.at), colour = s.paint === null ? null : map.paint[s.paint][1];
      const cell = svg("rect", { class: "cell", x: x + 1, y: y + 1, width: SIDE - 2, height: SIDE - 2, rx: 4 }, svg("title", {}, describe(s)));
      if (colour) cell.style.fill = `color-mix(in srgb, ${colour} 55%, var(--card))`;
      cell.addEventListener("click", () => { $("map-detail").textContent = describe(s); });
      const tint = colour ? null : svg("rect", { class: "shade", x: x + 1, y: y + 1, width: SIDE - 2, height: SIDE - 2, rx: 4, "fill-opacity": depth(s).toFixed(3) });
      const start = s.start ? svg("rect", { class: "start", x: x + 5, y: y + 5, width: SIDE - 10, height: SIDE - 10, rx: 3 }) : null;
      return [cell, tint, start, mark2(s)];
    });
    const root = svg("svg", { viewBox: `-2 -2 ${width + 4} ${height + 4}`, role: "img", "aria-label": `Map by ${map.x} and ${map.y}: the policy, and where the run goes` },
      svg("rect", { class: "absent", x: 0, y: 0, width, height, rx: 4 }), cells.flat(), svg("g", { id: "over" }));
    fill($("map"), root);
  };
  const describe = (s) => `${short(map.x)} = ${s.at[0]}, ${short(map.y)} = ${s.at[1]}${map.contexts[s.context] ? `, ${brief(map.contexts[s.context])}` : ""}: ${s.action ? `does ${s.action}` : "settled"}, value ${between(s)}, ${group(s.visits)} visits`;
  const drawMap = () => {
    if (!map) return;
    const steps = data.traces.length ? data.traces[trace].steps : [];
    const here = steps.length ? states.get(steps[at].state) : map.states.find((s) => s.start) ?? map.states[0];
    drawBase(here ? here.context : 0);
    const route = (list) => list.filter((s) => s.cell).map((s) => centre(s.cell).join(",")).join(" ");
    const step = steps[at], decision = step && step.decision;
    const dots = decision ? decision.branches.map((b, i) => step.cells[i] && b.nature > 0 ? svg("circle", { class: "branch", cx: centre(step.cells[i])[0], cy: centre(step.cells[i])[1], r: 3 + 12 * Math.sqrt(b.nature) }) : null) : [];
    fill($("over"), svg("polyline", { class: "ahead", points: route(steps.slice(at)) }), svg("polyline", { class: "path", points: route(steps.slice(0, at + 1)) }), dots,
      step && step.cell ? svg("circle", { class: "here", cx: centre(step.cell)[0], cy: centre(step.cell)[1], r: 10 }) : null);
    segments($("shade-choice"), [["value", "Value"], ["visits", "Visits"]], shade, (key) => { shade = key; drawMap(); });
    fill($("map-legend"), el("span", {}, shade === "visits" ? "stronger: visited more" : "stronger: higher value"),
      map.paint.map(([label, colour]) => el("span", { style: { "--swatch": `color-mix(in srgb, ${colour} 55%, var(--card))` } }, label)),
      steps.length ? el("span", { class: "round", style: { "--swatch": "var(--plan)" } }, "the run") : null,
      steps.length ? el("span", { class: "round", style: { "--swatch": "var(--nature)" } }, "where Nature may send it") : null,
      here && map.contexts[here.context] ? el("span", { style: { "--swatch": "var(--soft)" } }, `shown for ${brief(map.contexts[here.context])}`) : null,
      data.policy.stepwise ? el("span", { style: { "--swatch": "var(--soft)" } }, "arrows and values: at the first step") : null,
      map.omitted ? el("span", { style: { "--swatch": "var(--soft)" } }, `${group(map.omitted)} states left out`) : null);
  };

  // ---- The policy ----
  const PAGE = 20;
  let sort = { by: "visits", up: false }, page = 0;
  const drawPolicy = () => {
    const table = data.policy, few = table.variables.length <= 6 && table.variables.length > 0;
    const numeric = (v) => { const [n, d] = String(v).split("/"); return typeof v === "string" && d !== undefined && !Number.isNaN(n / d) ? n / d : v; };
    const named = (row) => table.variables.map((name, i) => `${short(name)} = ${plain(row.values[i])}`).join(", ") || `state ${row.state}`;
    const columns = [
      ...(few ? table.variables.map((name, i) => ({ key: `v${i}`, title: short(name), of: (r) => numeric(r.values[i]), text: (r) => plain(r.values[i]) })) : [{ key: "state", title: "State", of: (r) => r.state, text: named }]),
      { key: "labels", title: "Labels", of: (r) => [...(r.start ? ["start"] : []), ...r.labels].join(", ") },
      { key: "action", title: table.stepwise ? "Does at first" : "Does", of: (r) => r.action, text: (r) => r.action || "settled", kind: "action" },
      { key: "lower", title: "At least", of: (r) => number(r.lower), text: (r) => show(r.lower, "down"), kind: "number" },
      { key: "upper", title: "At most", of: (r) => number(r.upper), text: (r) => show(r.upper, "up"), kind: "number" },
      { key: "visits", title: "Visits", of: (r) => r.visits, text: (r) => group(r.visits), kind: "number" },
    ];
    if (!table.rows.some((r) => r.labels.length || r.start)) columns.splice(columns.findIndex((c) => c.key === "labels"), 1);
    const wanted = $("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const text = (row) => `${named(row).replaceAll(" = ", "=")} ${row.labels.join(" ")} ${row.action} ${row.start ? "start" : ""}`.toLowerCase();
    const rows = table.rows.filter((row) => wanted.every((word) => text(row).includes(word)));
    const column = columns.find((c) => c.key === sort.by) ?? columns[0];
    rows.sort((a, b) => {
      const [x, y] = [column.of(a), column.of(b)];
      const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
      return (sort.up ? order : -order) || a.state - b.state;
    });
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    page = Math.min(page, pages - 1);
    fill($("policy-head"), el("tr", {}, columns.map((c) => el("th", { scope: "col", class: c.kind === "number" ? "number" : "", "aria-sort": c === column ? (sort.up ? "ascending" : "descending") : "none" },
      el("button", { type: "button", on: { click: () => { sort = { by: c.key, up: sort.by === c.key ? !sort.up : c.kind !== "number" }; page = 0; drawPolicy(); $("policy-head").querySelectorAll("button")[columns.indexOf(c)].focus(); } } }, c.title)))));
    fill($("policy-rows"), rows.slice(page * PAGE, page * PAGE + PAGE).map((row) => el("tr", {}, columns.map((c) => el("td", { class: c.kind ?? "" }, c.text ? c.text(row) : String(c.of(row)))))));
    if (!rows.length) fill($("policy-rows"), el("tr", {}, el("td", { colspan: columns.length }, "No state matches.")));
    $("page-position").textContent = rows.length ? `${group(page * PAGE + 1)}–${group(Math.min(rows.length, page * PAGE + PAGE))} of ${group(rows.length)}` : "";
    $("page-previous").disabled = page === 0;
    $("page-next").disabled = page >= pages - 1;
    $("policy-gloss").textContent = `What to do in each state${table.stepwise ? " at the first step; later steps may differ" : ""}. ` +
      (table.rows.length < table.total ? `The page holds the ${group(table.rows.length)} most visited of ${group(table.total)} states; the plan file has them all.` : `All ${group(table.total)} states.`);
  };

  drawClaim(); drawCompare(); drawFacts(); drawPolicy();
  $("search").addEventListener("input", () => { page = 0; drawPolicy(); });
  $("page-previous").addEventListener("click", () => { page -= 1; drawPolicy(); });
  $("page-next").addEventListener("click", () => { page += 1; drawPolicy(); });
  if (map) $("map-panel").hidden = false;
  else document.querySelector(".stage").classList.add("plain");
  const address = () => {
    const [, role, step] = /^#(\w+)-(\d+)$/.exec(location.hash) ?? [];
    const found = data.traces.findIndex((t) => t.role === role);
    if (found < 0) return;
    trace = found;
    at = Math.max(0, data.traces[found].steps.findIndex((s) => s.step === Number(step)));
  };
  if (data.traces.length) { address(); drawTrace(); listen(); }
  else {
    $("walk-gloss").textContent = "No run was simulated for this page; murphy simulate makes some.";
    for (const id of ["where", "alternatives", "credal"]) $(id).hidden = true;
    document.querySelector(".timeline").hidden = true;
    drawMap();
  }
})();
