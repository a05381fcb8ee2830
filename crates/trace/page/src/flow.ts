// Where the plan leads from a state: its likeliest successors, rank by rank. Steps are ranks, so no layout has to be searched for.

import type { World } from "./data.ts";

export interface Node { row: number; rank: number; slot: number; mass: number; settled: boolean; /** Only come to by what the plan does not do. */ off: boolean }
export interface Link { from: number; to: number; nature: number; mass: number; back: boolean; off: boolean }
export interface Flow { nodes: Node[]; links: Link[]; ranks: number; width: number; /** How much mass went where there was no room. */ left: number }

/** What is reached less often than this is not worth a place. */
const LEAST = 0.002;
/** How much room what the plan does not do takes beside what it does. */
const OFF = 0.03;

/**
 * Spreads mass from a row along the plan and Nature's answers. A state stands at the rank of its first arrival; what leads back to an earlier
 * rank is a link that runs back and is not followed.
 */
export const flow = (world: World, from: number, ranks = 5, widthMax = 7, everything = false): Flow => {
  const nodes: Node[] = [{ row: from, rank: 0, slot: 0, mass: 1, settled: world.action(from) === null, off: false }];
  const index = new Map([[from, 0]]);
  const links: Link[] = [];
  let layer = [0], left = 0, width = 1;
  for (let rank = 1; rank < ranks && layer.length; rank++) {
    const arriving = new Map<number, { mass: number; off: boolean; from: { node: number; nature: number; mass: number; off: boolean }[] }>();
    for (const i of layer) {
      const node = nodes[i]!;
      const played = world.played(node.row), rest = everything ? world.choices(node.row).filter((c) => !played.some((p) => p.choice === c)) : [];
      for (const { choice, share } of [...played, ...rest.map((c) => ({ choice: c, share: 0 }))]) for (const branch of world.branches(node.row, choice)) {
        const off = share === 0 || everything && branch.nature === 0 || node.off, nature = share * branch.nature;
        if (nature <= 0 && !everything) continue;
        const mass = node.mass * (share === 0 ? OFF : share) * (everything ? Math.max(OFF, branch.nature) : branch.nature);
        if (branch.row === null) { left += mass; continue; }
        const known = index.get(branch.row);
        if (known !== undefined) { links.push({ from: i, to: known, nature, mass, back: true, off }); continue; }
        const entry = arriving.get(branch.row) ?? { mass: 0, off: true, from: [] };
        entry.mass += mass;
        entry.off &&= off;
        entry.from.push({ node: i, nature, mass, off });
        arriving.set(branch.row, entry);
      }
    }
    const heavy = [...arriving].sort(([a, x], [b, y]) => y.mass - x.mass || a - b);
    const room = heavy.filter(([, entry], i) => i < widthMax && (everything || entry.mass >= LEAST));
    for (const [, entry] of heavy.slice(room.length)) left += entry.mass;
    // Next to where they come from, so that few links cross.
    const centre = (entry: { from: { node: number; mass: number }[] }): number => {
      const all = entry.from.reduce((sum, f) => sum + f.mass, 0);
      return entry.from.reduce((sum, f) => sum + nodes[f.node]!.slot * f.mass, 0) / all;
    };
    const kept = room.map(([row, entry]) => ({ row, entry, at: centre(entry) })).sort((a, b) => a.at - b.at || b.entry.mass - a.entry.mass || a.row - b.row);
    layer = kept.map(({ row, entry }, slot) => {
      const i = nodes.length;
      nodes.push({ row, rank, slot: slot - (kept.length - 1) / 2, mass: entry.mass, settled: world.action(row) === null, off: entry.off });
      index.set(row, i);
      for (const f of entry.from) links.push({ from: f.node, to: i, nature: f.nature, mass: f.mass, back: false, off: f.off });
      return i;
    });
    width = Math.max(width, layer.length);
  }
  return { nodes, links, ranks: Math.max(...nodes.map((n) => n.rank)) + 1, width, left };
};
