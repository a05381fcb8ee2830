//! The index of a UMB archive: what kind of model it is, how large, and of which types its arrays are.

use serde_json::Value as Json;

/// The type of the numbers in an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Uint,
    Double,
    DoubleInterval,
    Rational,
    RationalInterval,
    Text,
}

/// A type with the number of bits of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) kind: Kind,
    pub(super) bits: u64,
}

/// The sizes of the model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) players: u64,
    pub(super) states: u64,
    pub(super) choices: u64,
    pub(super) branches: u64,
    pub(super) choice_actions: u64,
    pub(super) observations: u64,
}

/// An annotation: a label or a reward.
pub(super) struct Annotation {
    /// Its folder.
    pub(super) folder: String,
    /// What it is called outside.
    pub(super) name: String,
    pub(super) of: Type,
}

/// A variable in the valuation of states, or padding without a name.
pub(super) struct Slot {
    pub(super) name: Option<String>,
    pub(super) of: Type,
    pub(super) offset: i64,
}

/// Everything that is needed from `index.json`.
pub(super) struct Index {
    pub(super) sizes: Sizes,
    /// Absent in transition systems without probabilities.
    pub(super) probability: Option<Type>,
    pub(super) name: Option<String>,
    pub(super) labels: Vec<Annotation>,
    pub(super) rewards: Vec<Annotation>,
    /// Empty if there are none or they are of a shape that is not read.
    pub(super) slots: Vec<Slot>,
    pub(super) notes: Vec<String>,
}

/// The most annotations of one group.
const ANNOTATIONS_MAX: usize = 1000;
/// The most variables of a state.
const SLOTS_MAX: usize = 1000;

impl Index {
    /// Reads the index, or says what is wrong with it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let json: Json = serde_json::from_slice(bytes).map_err(|error| format!("index.json: {error}"))?;
        let version = json["format-version"].as_u64();
        if version != Some(1) {
            return Err(match version {
                Some(version) => format!("version {version} of UMB is not read, only version 1"),
                None => "index.json has no `format-version`".to_owned(),
            });
        }
        let system = &json["transition-system"];
        let time = system["time"].as_str().unwrap_or_default();
        if time != "discrete" {
            return Err(format!(
                "models with time `{time}` are not supported; the time must be discrete"
            ));
        }
        let probability = match &system["branch-probability-type"] {
            Json::Null => None,
            json => Some(numeric(json, "branch-probability-type")?),
        };
        let mut notes = Vec::new();
        let slots = slots(&json["valuations"]["states"]).unwrap_or_else(|why| {
            notes.push(format!("the variables of the states are left out: {why}"));
            Vec::new()
        });
        Ok(Self {
            sizes: sizes(system)?,
            probability,
            name: json["model-data"]["name"].as_str().map(str::to_owned),
            labels: annotations(&json["annotations"]["aps"], "aps")?,
            rewards: annotations(&json["annotations"]["rewards"], "rewards")?,
            slots,
            notes,
        })
    }
}

fn sizes(system: &Json) -> Result<Sizes, String> {
    let needed = |key: &str| {
        let found = system[key].as_u64();
        found.ok_or_else(|| format!("index.json has no whole number `{key}` in `transition-system`"))
    };
    let sizes = Sizes {
        players: needed("#players")?,
        states: needed("#states")?,
        choices: needed("#choices")?,
        branches: needed("#branches")?,
        choice_actions: system["#choice-actions"].as_u64().unwrap_or(0),
        observations: system["#observations"].as_u64().unwrap_or(0),
    };
    match sizes.players {
        0 | 1 => Ok(sizes),
        more => Err(format!("games of {more} players are not supported")),
    }
}

impl Type {
    fn read(json: &Json, what: &str) -> Result<Self, String> {
        let name = json["type"].as_str().unwrap_or_default();
        let (kind, bits) = match name {
            "bool" => (Kind::Bool, 1),
            "int" => (Kind::Int, 64),
            "uint" => (Kind::Uint, 64),
            "double" => (Kind::Double, 64),
            "double-interval" => (Kind::DoubleInterval, 128),
            "rational" => (Kind::Rational, 128),
            "rational-interval" => (Kind::RationalInterval, 256),
            "string" => (Kind::Text, 64),
            _ => return Err(format!("the type `{name}` of {what} is not supported")),
        };
        let size = match &json["size"] {
            Json::Null => Some(bits),
            size => size.as_u64(),
        };
        match size {
            Some(bits) if bits > 0 && bits <= 1 << 20 => Ok(Self { kind, bits }),
            _ => Err(format!("the size of the type of {what} is not supported")),
        }
    }
}

/// Reads a type of numbers in whole bytes.
fn numeric(json: &Json, what: &str) -> Result<Type, String> {
    let found = Type::read(json, what)?;
    let fits = match found.kind {
        Kind::Double => found.bits == 64,
        Kind::DoubleInterval => found.bits == 128,
        Kind::Rational => found.bits % 128 == 0,
        Kind::RationalInterval => found.bits % 256 == 0,
        _ => {
            return Err(format!(
                "the numbers of {what} must be doubles, rationals or intervals of them"
            ));
        }
    };
    if fits {
        Ok(found)
    } else {
        Err(format!("the size of the type of {what} is not supported"))
    }
}

fn annotations(json: &Json, group: &str) -> Result<Vec<Annotation>, String> {
    let Some(map) = json.as_object() else {
        return Ok(Vec::new());
    };
    if map.len() > ANNOTATIONS_MAX {
        return Err(format!("there are more than {ANNOTATIONS_MAX} annotations"));
    }
    let mut list = Vec::new();
    for (id, json) in map {
        let of = match group {
            "aps" => Type::read(&json["type"], &format!("`{id}`"))?,
            _ => numeric(&json["type"], &format!("`{id}`"))?,
        };
        if group == "aps" && of.kind != Kind::Bool {
            return Err(format!("the atomic proposition `{id}` is not Boolean"));
        }
        if !json["probability-type"].is_null() {
            return Err(format!("`{id}` is random, which is not supported"));
        }
        list.push(Annotation {
            folder: format!("annotations/{group}/{id}"),
            name: json["alias"].as_str().unwrap_or(id).to_owned(),
            of,
        });
    }
    Ok(list)
}

/// Reads how the variables of a state are packed.
fn slots(json: &Json) -> Result<Vec<Slot>, String> {
    let Some(classes) = json["classes"].as_array() else {
        return Ok(Vec::new());
    };
    let [class] = classes.as_slice() else {
        return Err("they are of several classes".to_owned());
    };
    let variables = class["variables"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if variables.len() > SLOTS_MAX {
        return Err(format!("there are more than {SLOTS_MAX}"));
    }
    variables.iter().map(slot).collect()
}

fn slot(json: &Json) -> Result<Slot, String> {
    if let Some(bits) = json["padding"].as_u64() {
        return Ok(Slot {
            name: None,
            of: Type {
                kind: Kind::Uint,
                bits,
            },
            offset: 0,
        });
    }
    let name = json["name"].as_str().ok_or("one has no name")?.to_owned();
    if json["is-optional"].as_bool() == Some(true) {
        return Err(format!("`{name}` is optional"));
    }
    let of = Type::read(&json["type"], &format!("`{name}`"))?;
    let whole = matches!(of.kind, Kind::Bool | Kind::Int | Kind::Uint) && of.bits <= 64;
    let fits = whole || matches!((of.kind, of.bits), (Kind::Double, 64) | (Kind::Rational, 128));
    if !fits {
        return Err(format!("`{name}` is of a type that is not read"));
    }
    Ok(Slot {
        name: Some(name),
        of,
        offset: json["offset"].as_i64().unwrap_or(0),
    })
}
