// Numbers as people read them. Where a side matters a number is rounded to that side, so that what is printed still holds.

export type Raw = number | "inf" | "-inf" | null;
export interface RawRange { lower: Raw; upper: Raw }
export interface Range { lower: number; upper: number }
export type Side = "down" | "up";
export type Kind = "probability" | "quantity";

export const number = (x: Raw | undefined): number => x === "inf" ? Infinity : x === "-inf" ? -Infinity : x === null || x === undefined ? NaN : x;
export const range = (r: RawRange): Range => ({ lower: number(r.lower), upper: number(r.upper) });
export const group = (n: number): string => n.toLocaleString("en", { maximumFractionDigits: 9 });
export const count = (n: number, one: string, many = `${one}s`): string => `${group(n)} ${n === 1 ? one : many}`;

const superscript = (n: number): string => String(n).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)] ?? "⁻");

export const scientific = (x: number, figures: number): string => {
  const [mantissa, exponent] = x.toExponential(figures).split("e");
  return `${mantissa}·10${superscript(Number(exponent))}`;
};

const fixed = (x: number, places: number, side?: Side): string => {
  const scale = 10 ** places, scaled = x * scale;
  const whole = side === "down" ? Math.floor(scaled + 1e-9) : side === "up" ? Math.ceil(scaled - 1e-9) : Math.round(scaled);
  return (whole / scale).toFixed(places);
};

/** What is missing to one, with two figures; rounded so that the difference to one is rounded to its side. */
const nearOne = (missing: number, side?: Side): string => {
  const power = 10 ** (Math.floor(Math.log10(missing)) - 1), figures = missing / power;
  return scientific((side === "down" ? Math.ceil(figures - 1e-9) : side === "up" ? Math.floor(figures + 1e-9) : Math.round(figures)) * power, 1);
};

export const show = (value: number, kind: Kind, side?: Side): string => {
  const x = kind === "probability" ? Math.min(1, value) : value;
  if (Number.isNaN(x)) return "unknown";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0 || (kind === "probability" && x === 1)) return String(x);
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e7) return scientific(x, 2);
  if (kind === "probability" && 1 - x > 0 && 1 - x < 1e-6) return `1 − ${nearOne(1 - x, side)}`;
  if (kind === "probability" && 1 - x > 0 && 1 - x < 1e-3) return fixed(x, Math.min(15, Math.ceil(-Math.log10(1 - x)) + 2), side);
  if (kind === "probability") return fixed(x, 4, side);
  if (size >= 1000) return Number(fixed(x, 1, side)).toLocaleString("en", { minimumFractionDigits: Number.isInteger(x) ? 0 : 1 });
  return Number.isInteger(x) ? group(x) : fixed(x, size >= 10 ? 3 : 4, side);
};

export const share = (p: number): string => p === 0 || p === 1 ? String(p) : p < 1e-3 ? scientific(p, 1) : p.toFixed(3);

export const percent = (value: number, side?: Side): string => {
  const x = Math.min(1, Math.max(0, value)) * 100;
  if (x === 0 || x === 100) return `${x} %`;
  if (x < 0.01) return `${scientific(x, 2)} %`;
  return `${fixed(x, x > 99.9 ? Math.min(12, Math.ceil(-Math.log10(100 - x)) + 3) : 2, side)} %`;
};

export const headline = (value: number, kind: Kind, side?: Side): string => kind === "probability" ? percent(value, side) : show(value, kind, side);

/** An exact number: as it is written if that is short, and its decimals otherwise. */
export const fraction = (f: { value: Raw; exact?: string }): string => f.exact ?? String(Number(number(f.value).toPrecision(5)));

/** A bracket; a gap below the last figure shown is said as one number. */
export const between = (r: Range, kind: Kind): string => {
  if (kind === "probability" && r.lower > 1 - 1e-9) return "1";
  const [low, high] = [show(r.lower, kind, "down"), show(r.upper, kind, "up")];
  if (low === high) return low;
  if (r.lower === -Infinity && Number.isFinite(r.upper)) return `at most ${high}`;
  const close = kind === "probability" ? 1e-4 : 1e-4 * Math.max(1, Math.abs(r.upper));
  return r.upper - r.lower < close ? show(r.lower, kind) : `${low} – ${high}`;
};

export const middle = (r: Range): number => r.lower === -Infinity ? r.upper : Number.isFinite(r.upper) ? (r.lower + r.upper) / 2 : r.lower;

/** A change with its sign. */
export const signed = (x: number, kind: Kind): string => {
  if (!Number.isFinite(x)) return "";
  if (Math.abs(x) < 1e-12) return "±0";
  return (x > 0 ? "+" : "−") + show(Math.abs(x), kind === "probability" && Math.abs(x) > 0.999 ? "quantity" : kind);
};

export interface Axis { low: number; high: number; steps: number; places: number }

/** An axis that ends on round numbers, with about `steps` steps. */
export const axis = (low: number, high: number, steps: number): Axis => {
  const raw = (high - low) / steps || 1, power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((s) => s * power >= raw * 0.999) ?? 10) * power;
  const ends = { low: Math.floor(low / step + 1e-9) * step, high: Math.ceil(high / step - 1e-9) * step };
  const half = String(step / power).includes(".") ? 1 : 0;
  return { ...ends, steps: Math.max(1, Math.round((ends.high - ends.low) / step)), places: Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) + half - 1e-9))) };
};

/** The axis on which ranges are compared: all of what is possible, or as close as they are. */
export const axisOf = (ranges: Range[], kind: Kind, whole: boolean, steps = 4): Axis => {
  const ends = ranges.flatMap((r) => [r.lower, r.upper]).filter(Number.isFinite);
  if ((whole && kind === "probability") || !ends.length) return axis(0, 1, steps);
  const low = Math.min(...ends), high = Math.max(...ends);
  if (whole) return axis(Math.min(0, low), Math.max(high, low < 0 ? 0 : 1e-12), steps);
  const room = Math.max((high - low) * 0.06, Math.abs(high) * 1e-6, low === high && high === 0 ? 1 : 1e-12);
  return kind === "probability" ? axis(Math.max(0, low - room), Math.min(1, high + room), steps) : axis(low - room, high + room, steps);
};

/** Where a number lies on an axis, in percent. */
export const place = (a: Axis, x: number): number => 100 * Math.min(1, Math.max(0, (x - a.low) / (a.high - a.low || 1)));

export const tick = (a: Axis, i: number): string => {
  const x = a.low + (a.high - a.low) * i / a.steps;
  if (Math.abs(x) >= 1e5 || a.places > 8) return scientific(x, 1);
  return x === 0 ? "0" : Number(x.toFixed(a.places)).toLocaleString("en", { maximumFractionDigits: 9 });
};
