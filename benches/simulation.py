#!/usr/bin/env python3
"""Steps per second of a simulated policy, beside the simulators that people use, in one run.

    pip install stormpy gymnasium
    python3 benches/simulation.py target/release/murphy

All walk the same world: FrozenLake, 4 by 4, slipping with probability 1/3 to each side, under the optimal policy. Only walking is timed: for
Murphy the difference between a long and a short simulation, so that reading and preparing do not count for or against it. Processor seconds.
"""
import json, os, re, resource, subprocess, sys, tempfile, time

MURPHY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/murphy")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def processor_seconds_of(arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([MURPHY, "--quiet", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return out, (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def murphy(plan, short, long, *more):
    """Returns steps a processor second between a short and a long simulation."""
    def run(runs):
        out, seconds = processor_seconds_of(["simulate", plan, "--runs", str(runs), "--format", "json", *more])
        summary = json.loads(out)
        return summary["steps_mean"] * summary["runs"], seconds
    (few, quick), (many, slow) = run(short), run(long)
    return (many - few) / max(slow - quick, 1e-9)


def policy_of(plan):
    text = open(plan).read()
    found = re.findall(r'"walker\.column=(\d), walker\.row=(\d), walker\.home=false":\s*"(\w+)"', text)
    return {int(row) * 4 + int(column): action for column, row, action in found}


def storm(model_path, steps):
    import stormpy, stormpy.simulator
    model = stormpy.build_model_from_drn(model_path)
    simulator = stormpy.simulator.create_simulator(model, seed=1)
    made, start = 0, time.process_time()
    while made < steps:
        simulator.restart()
        for _ in range(100):
            simulator.step(0)
            made += 1
            if simulator.is_done():
                break
    return made / (time.process_time() - start)


def gymnasium(policy, environments, rounds):
    import gymnasium, numpy
    names = {"left": 0, "down": 1, "right": 2, "up": 3}
    act = numpy.array([names.get(policy.get(s, "left"), 0) for s in range(16)])
    lake = gymnasium.make_vec("FrozenLake-v1", num_envs=environments, vectorization_mode="sync", is_slippery=True)
    seen, _ = lake.reset(seed=1)
    start = time.process_time()
    for _ in range(rounds):
        seen, *_ = lake.step(act[seen])
    return environments * rounds / (time.process_time() - start)


def main():
    folder = tempfile.mkdtemp()
    plan, model = os.path.join(folder, "lake.ron"), os.path.join(folder, "lake.drn")
    processor_seconds_of(["plan", "worlds/frozen_lake.ron", "specs/frozen_lake.ron", "--const", "slip=1/3", "--out", plan])
    processor_seconds_of(["convert", "worlds/frozen_lake.ron", model, "--const", "slip=1/3"])
    rates = {"Murphy, FrozenLake": murphy(plan, 10_000, 1_000_000)}
    sepsis = os.path.join(folder, "sepsis.ron")
    processor_seconds_of(["plan", "worlds/icu_sepsis.ron", "specs/survive.ron", "--out", sepsis])
    rates["Murphy, icu_sepsis, worst-case Nature"] = murphy(sepsis, 10_000, 2_000_000)
    rates["Murphy, icu_sepsis, sampled Nature"] = murphy(sepsis, 10_000, 500_000, "--nature", "sampled")
    for more in sys.argv[2:]:
        rates[f"Murphy, {os.path.basename(more)}"] = murphy(more, 500, 20_000)
    rates["stormpy's simulator, FrozenLake"] = storm(model, 300_000)
    rates["Gymnasium, FrozenLake, 64 environments"] = gymnasium(policy_of(plan), 64, 1_000)
    rates["Gymnasium, FrozenLake, 1,024 environments"] = gymnasium(policy_of(plan), 1024, 60)
    own = rates["Murphy, FrozenLake"]
    print("| simulator | million steps a processor second | Murphy is ahead by |\n| --- | --- | --- |")
    for name, rate in rates.items():
        print(f"| {name} | {rate / 1e6:.3g} | {'' if name.startswith('Murphy') else f'{own / rate:.0f}'} |")


if __name__ == "__main__":
    main()
