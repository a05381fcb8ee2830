// Where the plan leads from a state: its likeliest successors, rank by rank. Steps are ranks, so no layout has to be searched for.

import type { World } from "./data.ts";

export interface Node { row: number; rank: number; slot: number; mass: number; settled: boolean }
export interface Link { from: number; to: number; nature: number; mass: number; back: boolean }
export interface Flow { nodes: Node[]; links: Link[]; ranks: number; width: number; /** How much mass went where there was no room. */ left: number }

/** What is reached less often than this is not worth a place. */
const LEAST = 0.002;

/**
 * Spreads mass from a row along the plan and Nature's answers. A state stands at the rank of its first arrival; what leads back to an earlier
 * rank is a link that runs back and is not followed.
 */
export const flow = (world: World, from: number, ranks = 5, widthMax = 7): Flow => {
  const nodes: Node[] = [{ row: from, rank: 0, slot: 0, mass: 1, settled: world.action(from) === null }];
  const index = new Map([[from, 0]]);
  const links: Link[] = [];
  let layer = [0], left = 0, width = 1;
  for (let rank = 1; rank < ranks && layer.length; rank++) {
    const arriving = new Map<number, { mass: number; from: { node: number; nature: number; mass: number }[] }>();
    for (const i of layer) {
      const node = nodes[i]!, choice = world.taken(node.row);
      if (choice === null) continue;
      for (const branch of world.branches(node.row, choice)) {
        if (branch.nature <= 0) continue;
        const mass = node.mass * branch.nature;
        if (branch.row === null) { left += mass; continue; }
        const known = index.get(branch.row);
        if (known !== undefined) { links.push({ from: i, to: known, nature: branch.nature, mass, back: true }); continue; }
        const entry = arriving.get(branch.row) ?? { mass: 0, from: [] };
        entry.mass += mass;
        entry.from.push({ node: i, nature: branch.nature, mass });
        arriving.set(branch.row, entry);
      }
    }
    const heavy = [...arriving].sort(([a, x], [b, y]) => y.mass - x.mass || a - b);
    const room = heavy.filter(([, entry], i) => i < widthMax && entry.mass >= LEAST);
    for (const [, entry] of heavy.slice(room.length)) left += entry.mass;
    // Next to where they come from, so that few links cross.
    const centre = (entry: { from: { node: number; mass: number }[] }): number => {
      const all = entry.from.reduce((sum, f) => sum + f.mass, 0);
      return entry.from.reduce((sum, f) => sum + nodes[f.node]!.slot * f.mass, 0) / all;
    };
    const kept = room.map(([row, entry]) => ({ row, entry, at: centre(entry) })).sort((a, b) => a.at - b.at || b.entry.mass - a.entry.mass || a.row - b.row);
    layer = kept.map(({ row, entry }, slot) => {
      const i = nodes.length;
      nodes.push({ row, rank, slot: slot - (kept.length - 1) / 2, mass: entry.mass, settled: world.action(row) === null });
      index.set(row, i);
      for (const f of entry.from) links.push({ from: f.node, to: i, nature: f.nature, mass: f.mass, back: false });
      return i;
    });
    width = Math.max(width, layer.length);
  }
  return { nodes, links, ranks: Math.max(...nodes.map((n) => n.rank)) + 1, width, left };
};
