// The map of a world that is a grid: policy, values, where runs go. Drawn on a canvas, so that a hundred thousand cells stay quick.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { plain } from "./data.ts";
import { at, data, firstRow, kind, pick, picked, spoken, step, subject, trace, world } from "./store.ts";
import { between, group, middle } from "./numbers.ts";
import { Segments } from "./parts.tsx";

const turns: Record<string, number> = { east: 0, right: 0, e: 0, r: 0, south: 90, down: 90, s: 90, d: 90, west: 180, left: 180, w: 180, l: 180, north: 270, up: 270, n: 270, u: 270, northeast: 315, southeast: 45, southwest: 135, northwest: 225, ne: 315, se: 45, sw: 135, nw: 225 };
type Shade = "value" | "visits" | "change";

const grid = data.grid;
const columns = grid ? grid.columns[1] - grid.columns[0] + 1 : 0, rows = grid ? grid.rows[1] - grid.rows[0] + 1 : 0;

/** What the variables other than the place are, as one text a state; rows by context and cell. */
const contexts = (() => {
  const of = new Int32Array(world.count), names: string[] = [], index = new Map<string, number>(), cells: Map<number, number>[] = [];
  if (!grid) return { of, names, cells };
  const others = data.states.variables.map((_, i) => i).filter((i) => i !== grid.x && i !== grid.y);
  for (let row = 0; row < world.count; row++) {
    const key = others.map((i) => `${world.short[i]} = ${plain(world.value(row, i))}`).join(", ");
    let context = index.get(key);
    if (context === undefined) { context = names.length; index.set(key, context); names.push(key); cells.push(new Map()); }
    of[row] = context;
    cells[context]!.set(cellOf(row), row);
  }
  return { of, names, cells };
})();

function cellOf(row: number): number {
  return ((world.value(row, grid!.y) as number) - grid!.rows[0]) * columns + ((world.value(row, grid!.x) as number) - grid!.columns[0]);
}

const painted = (grid?.paint ?? []).map(([label, colour]) => [world.labels.indexOf(label), colour] as const).filter(([label]) => label >= 0);
const paints = (row: number): string | null => {
  for (const [label, colour] of painted) if (world.has(row, label)) return colour;
  return null;
};

interface View { zoom: number; x: number; y: number }

const describe = (row: number): string => `${world.name(row)}: ${world.action(row) ? `does ${world.action(row)}` : "settled"}, worth ${between(world.bracket(row), kind)}, ${group(world.visits(row))} visits`;

export const Map2 = (): JSX.Element => {
  const ground = useRef<HTMLCanvasElement>(null), canvas = useRef<HTMLCanvasElement>(null), box = useRef<HTMLDivElement>(null);
  const [shade, setShade] = useState<Shade>("value");
  const [view, setView] = useState<View>({ zoom: 1, x: 0, y: 0 });
  const [size, setSize] = useState(0), [dark, setDark] = useState(0), [hover, setHover] = useState<number | null>(null);
  const drag = useRef<{ x: number; y: number; view: View; moved: boolean } | null>(null);
  const here = subject.value.row ?? firstRow(), context = contexts.of[here]!;
  const cells = contexts.cells[context]!;
  // Before the first paint, so that nobody sees a map of the wrong size.
  useLayoutEffect(() => setSize(box.current?.clientWidth ?? 0), []);
  useEffect(() => {
    const watch = new ResizeObserver(() => setSize(box.current?.clientWidth ?? 0));
    if (box.current) watch.observe(box.current);
    const scheme = matchMedia("(prefers-color-scheme: dark)"), change = (): void => setDark((n) => n + 1);
    scheme.addEventListener("change", change);
    return () => { watch.disconnect(); scheme.removeEventListener("change", change); };
  }, []);
  const side = Math.max(1, Math.min(size / columns, 540 / rows, 84)), width = side * columns, height = side * rows;
  const base = useMemo(() => levels(cells, shade), [cells, shade]);

  const frame = { side: side * view.zoom, dx: view.x, dy: view.y, width, height };
  // Two layers: the cells change seldom, what lies over them with every step.
  useLayoutEffect(() => { const g = size ? ready(ground.current, frame) : null; if (g) drawGround(g, frame, cells, base, shade); }, [size, dark, shade, view, cells, base]);
  useLayoutEffect(() => { const g = size ? ready(canvas.current, frame) : null; if (g) drawOver(g, frame, here); }, [size, dark, view, here, at.value, trace.value, picked.value]);

  const cellAt = (event: { clientX: number; clientY: number }): number | null => {
    const r = canvas.current!.getBoundingClientRect(), scale = width / r.width, s = side * view.zoom;
    const x = Math.floor(((event.clientX - r.left) * scale - view.x) / s), y = Math.floor(((event.clientY - r.top) * scale - view.y) / s);
    return x >= 0 && y >= 0 && x < columns && y < rows ? cells.get(y * columns + x) ?? null : null;
  };
  const bounded = (v: View): View => ({ zoom: v.zoom, x: Math.min(0, Math.max(width - width * v.zoom, v.x)), y: Math.min(0, Math.max(height - height * v.zoom, v.y)) });
  const zoomed = (factor: number): void => setView((v) => {
    const zoom = Math.min(64, Math.max(1, v.zoom * factor)), cell = cellOf(here);
    // Keeps the state that is looked at in the middle.
    const cx = (cell % columns + 0.5) * side * zoom, cy = (Math.floor(cell / columns) + 0.5) * side * zoom;
    return bounded({ zoom, x: width / 2 - cx, y: height / 2 - cy });
  });
  const step2 = (dx: number, dy: number): void => {
    const cell = cellOf(here), x = cell % columns + dx, y = Math.floor(cell / columns) + dy;
    const row = x >= 0 && y >= 0 && x < columns && y < rows ? cells.get(y * columns + x) : undefined;
    if (row !== undefined) { pick(row); spoken.value = describe(row); }
  };
  const keys = (event: KeyboardEvent): void => {
    const by = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Record<string, [number, number]>)[event.key];
    if (by) { event.preventDefault(); event.stopPropagation(); step2(...by); }
    if (event.key === "+" || event.key === "=") zoomed(2);
    if (event.key === "-") zoomed(0.5);
  };
  const options: [Shade, string][] = [["value", "Worth"], ["visits", "Visits"]];
  if (data.beside) options.push(["change", "Change"]);
  const shown = hover ?? here;
  return <div id="map">
    <div class="bar-head"><Segments label="What shades the map" options={options} chosen={shade} onChoose={setShade} />
      <div class="zoom" role="group" aria-label="Zoom of the map">
        <button type="button" aria-label="Closer" onClick={() => zoomed(2)}>+</button><button type="button" aria-label="Farther" disabled={view.zoom <= 1} onClick={() => zoomed(0.5)}>−</button>
        {view.zoom > 1 ? <button type="button" onClick={() => setView({ zoom: 1, x: 0, y: 0 })}>Fit</button> : null}
      </div></div>
    <div ref={box} class="map-box">
      <canvas ref={ground} style={{ width: `${width}px`, height: `${height}px` }} aria-hidden="true" />
      <canvas ref={canvas} style={{ width: `${width}px`, height: `${height}px` }} tabIndex={0} role="img"
        aria-label={`Map by ${world.short[grid!.x]} and ${world.short[grid!.y]}, with the action and the worth of each cell. Arrow keys look around. Now at ${describe(here)}`}
        onKeyDown={keys}
        onPointerDown={(e) => { drag.current = { x: e.clientX, y: e.clientY, view, moved: false }; if (view.zoom > 1) e.currentTarget.setPointerCapture(e.pointerId); }}
        onPointerMove={(e) => {
          const d = drag.current;
          if (d && view.zoom > 1 && Math.hypot(e.clientX - d.x, e.clientY - d.y) > 4) { d.moved = true; setView(bounded({ zoom: view.zoom, x: d.view.x + e.clientX - d.x, y: d.view.y + e.clientY - d.y })); }
          else if (!d) setHover(cellAt(e));
        }}
        onPointerLeave={() => setHover(null)}
        onPointerUp={(e) => { const d = drag.current; drag.current = null; if (d && !d.moved) { const row = cellAt(e); if (row !== null) pick(row); } }} />
    </div>
    <p class="legend">
      <span class={shade === "change" ? "" : "ramp"}><i class={shade === "change" ? "swatch change" : ""} />{shade === "visits" ? "visited more" : shade === "change" ? "the plan beside it does something else" : data.wanted.more ? "worth more" : "costs more"}</span>
      {grid!.paint.map(([label, colour]) => <span key={label}><i class="swatch" style={{ background: colour }} />{label}</span>)}
      {data.traces.length ? <span><i class="swatch line" />the run</span> : null}
      <span><i class="swatch nature" />where Nature may send it</span>
    </p>
    <p class="small map-detail">{describe(shown)}</p>
    {contexts.names.length > 1 ? <p class="small">Shown for {contexts.names[context]}.</p> : null}
    {data.states.stepwise ? <p class="small">Arrows and worths are those of the first step; later steps may differ.</p> : null}
  </div>;
};

/** How strongly each row is shaded, from 0 to 1. */
const levels = (cells: Map<number, number>, shade: Shade): Map<number, number> => {
  const level = new Map<number, number>();
  let low = Infinity, high = -Infinity;
  for (const row of cells.values()) {
    const value = shade === "visits" ? Math.log1p(world.visits(row)) : shade === "change" ? Number(changes(row)) : middle(world.bracket(row));
    level.set(row, value);
    if (Number.isFinite(value)) { low = Math.min(low, value); high = Math.max(high, value); }
  }
  for (const [row, value] of level) level.set(row, high > low ? ((Number.isFinite(value) ? value : high) - low) / (high - low) : 0.3);
  return level;
};

const changes = (row: number): boolean => {
  const beside = data.beside;
  if (!beside) return false;
  const other = beside.action[row]!, mine = world.action(row);
  return other !== -2 && (other < 0 ? null : beside.actions[other]) !== mine;
};

interface Frame { side: number; dx: number; dy: number; width: number; height: number }

/** Sets a canvas to the size and the density of the screen. */
const ready = (node: HTMLCanvasElement | null, f: Frame): CanvasRenderingContext2D | null => {
  const g = node?.getContext("2d");
  if (!node || !g || f.width < 2) return null;
  const ratio = Math.min(3, devicePixelRatio || 1);
  node.width = Math.round(f.width * ratio); node.height = Math.round(f.height * ratio);
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  return g;
};

const colours = (): Record<"plan" | "ink" | "nature" | "card" | "soft", string> => {
  const style = getComputedStyle(document.documentElement), of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return { plan: of("plan"), ink: of("ink"), nature: of("nature"), card: of("card"), soft: of("soft") };
};
const cornerIn = (f: Frame, row: number): [number, number] => { const cell = cellOf(row); return [f.dx + cell % columns * f.side, f.dy + Math.floor(cell / columns) * f.side]; };

const drawGround = (g: CanvasRenderingContext2D, f: Frame, cells: Map<number, number>, level: Map<number, number>, shade: Shade): void => {
  const { plan, ink, nature, card, soft } = colours(), corner = (row: number): [number, number] => cornerIn(f, row);
  const gap = f.side >= 14 ? 1.5 : f.side >= 8 ? 0.5 : 0, radius = f.side >= 20 ? 4 : 0;
  g.clearRect(0, 0, f.width, f.height);
  g.fillStyle = soft; g.globalAlpha = 0.6; g.fillRect(0, 0, f.width, f.height); g.globalAlpha = 1;
  const visible = (x: number, y: number): boolean => x + f.side > 0 && y + f.side > 0 && x < f.width && y < f.height;
  // Small cells overlap by a hair, so that no lines show between them.
  const more = gap ? 0 : 0.5;
  const rect = (x: number, y: number): void => { if (radius) { g.beginPath(); g.roundRect(x + gap, y + gap, f.side - 2 * gap, f.side - 2 * gap, radius); g.fill(); } else g.fillRect(x + gap, y + gap, f.side - 2 * gap + more, f.side - 2 * gap + more); };
  for (const row of cells.values()) {
    const [x, y] = corner(row);
    if (!visible(x, y)) continue;
    const paint = paints(row);
    g.fillStyle = card; rect(x, y);
    g.globalAlpha = paint ? 0.62 : 0.04 + 0.5 * (level.get(row) ?? 0);
    g.fillStyle = paint ?? (shade === "change" ? nature : plan); rect(x, y);
    g.globalAlpha = 1;
    if (f.side >= 13 && world.action(row)) glyph(g, world.action(row)!, x + f.side / 2, y + f.side / 2, f.side, ink);
    if (f.side >= 10 && world.isStart(row)) { g.strokeStyle = ink; g.lineWidth = 1.25; g.setLineDash([3, 2.5]); g.strokeRect(x + gap + 3, y + gap + 3, f.side - 2 * gap - 6, f.side - 2 * gap - 6); g.setLineDash([]); }
  }
};

const glyph = (g: CanvasRenderingContext2D, action: string, x: number, y: number, side: number, ink: string): void => {
  const turn = turns[action.toLowerCase().replace(/[^a-z]/g, "")];
  g.strokeStyle = g.fillStyle = ink; g.globalAlpha = 0.72;
  if (turn === undefined) {
    if (side >= 22) { g.font = `${Math.min(12, side / 3)}px system-ui, sans-serif`; g.textAlign = "center"; g.textBaseline = "middle"; g.fillText(action.slice(0, side >= 40 ? 6 : 3), x, y); }
  } else {
    const r = Math.min(9, side * 0.22);
    g.save(); g.translate(x, y); g.rotate(turn * Math.PI / 180); g.lineWidth = Math.min(1.75, side / 14); g.lineCap = g.lineJoin = "round";
    g.beginPath(); g.moveTo(-r, 0); g.lineTo(r, 0); g.moveTo(r * 0.35, -r * 0.62); g.lineTo(r, 0); g.lineTo(r * 0.35, r * 0.62); g.stroke();
    g.restore();
  }
  g.globalAlpha = 1;
};

/** The run, where Nature may send it, and where it is. */
const drawOver = (g: CanvasRenderingContext2D, f: Frame, here: number): void => {
  const c = colours(), centre = (row: number): [number, number] => { const [x, y] = cornerIn(f, row); return [x + f.side / 2, y + f.side / 2]; };
  g.clearRect(0, 0, f.width, f.height);
  const route = (trace.value?.steps ?? []).map((s) => world.row(s.state)).map((row) => row === null ? null : centre(row));
  const path = (points: ([number, number] | null)[], alpha: number, dash: number[]): void => {
    g.beginPath();
    let pen = false;
    for (const p of points) { if (!p) { pen = false; continue; } if (pen) g.lineTo(p[0], p[1]); else g.moveTo(p[0], p[1]); pen = true; }
    g.globalAlpha = alpha; g.setLineDash(dash); g.strokeStyle = c.plan; g.lineWidth = Math.max(1.5, Math.min(3.5, f.side / 9)); g.lineJoin = g.lineCap = "round"; g.stroke();
    g.setLineDash([]); g.globalAlpha = 1;
  };
  path(route.slice(at.value), 0.45, [1, 6]);
  path(route.slice(0, at.value + 1), 0.9, []);
  const unit = Math.max(3, Math.min(f.side * 0.36, 15));
  for (const b of subject.value.branches) {
    if (b.row === null || b.nature <= 0) continue;
    const [x, y] = centre(b.row);
    g.beginPath(); g.arc(x, y, 2 + unit * Math.sqrt(b.nature), 0, 2 * Math.PI); g.fillStyle = c.nature; g.globalAlpha = 0.34; g.fill();
    g.globalAlpha = 1; g.strokeStyle = c.nature; g.lineWidth = 1.5; g.stroke();
  }
  const [x, y] = centre(here);
  g.beginPath(); g.arc(x, y, Math.max(3.5, Math.min(9, f.side * 0.24)), 0, 2 * Math.PI); g.fillStyle = picked.value === null && step.value ? c.plan : c.card; g.fill();
  g.lineWidth = 2.5; g.strokeStyle = picked.value === null && step.value ? c.card : c.plan; g.stroke();
};
