use murphy::prelude::*;

let world = Source::new("ferry.ron", r#"World(
    name: "a ferry in the wind",
    unknowns: { "gust": Unknown(within: "0.1..0.3", settled: EachAction) },
    entities: { "ferry": Entity(
        state: { "at": OneOf(["quay", "harbour", "sea"]) },
        start: { "at": "quay" },
        steps: [ Step(on: "cross", when: "at == quay",
            then: Chance([("1 - gust", { "at": "harbour" }), ("gust", { "at": "sea" })])) ],
    ) },
    actions: ["cross"],
    labels: { "home": "ferry.at == harbour" },
)"#);
let spec = Source::new("home.ron", r#"Spec(name: "get home", goals: [ Maximize(Probability("F home")) ])"#);

let model = World::parse(world, &NoFiles, &[])?.unfold(&Limits::default())?;
let problem = Problem::new(model, &Spec::parse(&spec)?)?;
let answer = solve(&problem, &Settings::default())?;

assert!(answer.plan.bracket.lower <= 0.7 && 0.7 <= answer.plan.bracket.upper);
let runs = simulate(&problem, &answer.plan, &SimulationSettings::default())?;
assert!(runs.summary.runs > 0);
# Ok::<(), Box<dyn std::error::Error>>(())
