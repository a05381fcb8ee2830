//! Reads the declarations of a PRISM model.

use super::cursor::Cursor;
use super::lexer::TokenKind;
use super::syntax::{
    Body, Branch, Command, Module, Occasion, Probability, Program, Range, RewardItem, Rewards, System,
    Variable,
};
use crate::product::Product;
use crate::unfolding::{Constant, Definition, Definitions, Expr, ExprKind, Kind, ModelType, Name};
use murphy_notation::{Diagnostic, Source, Span};
use std::sync::Arc;

/// What stands at the top of a model, for messages.
const DECLARATIONS: &str = "`dtmc`, `mdp`, `pomdp`, `const`, `formula`, `global`, `module`, `init`, `label`, `rewards`, \
                            `observables` or `system`";
/// The deepest nesting of `system ... endsystem`.
const SYSTEM_DEPTH_MAX: u16 = 100;

/// Reads a whole model.
pub(super) fn program(source: &Arc<Source>) -> Result<Program, Diagnostic> {
    let mut cursor = Cursor::new(source)?;
    let mut program = Program {
        definitions: Definitions::new(source),
        model_type: None,
        labels: Vec::new(),
        globals: Vec::new(),
        modules: Vec::new(),
        rewards: Vec::new(),
        initial: None,
        system: None,
        observables: Vec::new(),
        product: Product::default(),
    };
    while cursor.peek().kind != TokenKind::End {
        cursor.declaration(&mut program)?;
    }
    if program.modules.is_empty() {
        return Err(cursor
            .unexpected("a module")
            .hint("a model has at least one `module ... endmodule`"));
    }
    super::cycles::check(&program)?;
    Ok(program)
}

impl Cursor<'_> {
    fn declaration(&mut self, program: &mut Program) -> Result<(), Diagnostic> {
        let token = self.peek();
        if token.kind != TokenKind::Word {
            return Err(self.unexpected(DECLARATIONS));
        }
        match token.text {
            "dtmc" | "probabilistic" | "idtmc" => self.model_type(program, ModelType::Dtmc)?,
            "mdp" | "nondeterministic" | "imdp" => self.model_type(program, ModelType::Mdp)?,
            "pomdp" | "ipomdp" => self.model_type(program, ModelType::Pomdp)?,
            "const" | "rate" | "prob" => program.definitions.constants.push(self.constant()?),
            "formula" => program.definitions.formulas.push(self.formula()?),
            "label" => program.labels.push(self.label()?),
            "global" => {
                self.next();
                program.globals.push(self.variable()?);
            }
            "module" => program.modules.push(self.module()?),
            "rewards" => program.rewards.push(self.rewards()?),
            "init" => {
                let start = self.next().span;
                let states = self.expression()?;
                self.expect_word("endinit")?;
                if program.initial.replace(states).is_some() {
                    return Err(self.error(start, "there is more than one `init ... endinit`"));
                }
            }
            "system" => {
                self.next();
                let system = self.system()?;
                self.depth = 0;
                self.expect_word("endsystem")?;
                if program.system.replace((system, token.span)).is_some() {
                    return Err(self.error(token.span, "there is more than one `system ... endsystem`"));
                }
            }
            "observables" => self.observables(program)?,
            "observable" => {
                self.next();
                program
                    .observables
                    .push(self.named_value("the name of an observable")?);
            }
            word => return Err(self.refused(word)),
        }
        Ok(())
    }

    /// Returns the mistake for a word that opens something that is not read, or nothing known.
    fn refused(&self, word: &str) -> Diagnostic {
        let what = match word {
            "ctmc" | "stochastic" => "continuous-time Markov chains (`ctmc`)",
            "ma" => "Markov automata (`ma`)",
            "pta" | "popta" => "timed automata (`pta`)",
            "smg" | "csg" | "tsg" | "player" => "games of several players (`smg`, `csg`)",
            _ => return self.unexpected(DECLARATIONS),
        };
        self.error(self.peek().span, format!("{what} are not supported"))
            .hint("models of type `dtmc`, `mdp` and `pomdp` are read, also with interval probabilities")
    }

    fn model_type(&mut self, program: &mut Program, found: ModelType) -> Result<(), Diagnostic> {
        let token = self.next();
        match program.model_type.replace((found, token.span)) {
            None => Ok(()),
            Some(_) => Err(self.error(token.span, "the model has two types")),
        }
    }

    fn constant(&mut self) -> Result<Constant, Diagnostic> {
        let keyword = self.next();
        let mut kind = if keyword.text == "const" {
            Kind::Int
        } else {
            Kind::Double
        };
        if keyword.text == "const" {
            for (word, named) in [
                ("int", Kind::Int),
                ("double", Kind::Double),
                ("bool", Kind::Bool),
                ("rate", Kind::Double),
                ("prob", Kind::Double),
            ] {
                if self.accept_word(word) {
                    kind = named;
                    break;
                }
            }
        }
        let name = self.name("the name of a constant")?;
        let value = if self.accept("=") {
            Some(self.expression()?)
        } else {
            None
        };
        self.expect(";")?;
        Ok(Constant { name, kind, value })
    }

    fn formula(&mut self) -> Result<Definition, Diagnostic> {
        self.next();
        let name = self.name("the name of a formula")?;
        self.expect("=")?;
        let value = self.expression()?;
        self.expect(";")?;
        Ok(Definition { name, value })
    }

    fn label(&mut self) -> Result<Definition, Diagnostic> {
        self.next();
        self.named_value("the name of a label, in quotes")
    }

    /// Reads `"name" = value;`.
    fn named_value(&mut self, what: &str) -> Result<Definition, Diagnostic> {
        let name = self.quoted(what)?;
        self.expect("=")?;
        let value = self.expression()?;
        self.expect(";")?;
        Ok(Definition { name, value })
    }

    /// Reads `x : [0..3] init 0;` or `b : bool;`.
    fn variable(&mut self) -> Result<Variable, Diagnostic> {
        let name = self.name("the name of a variable")?;
        self.expect(":")?;
        let range = if self.accept_word("bool") {
            Range::Bool
        } else if self.accept_word("int") {
            Range::Int
        } else if self.at_word("clock") {
            let error = self.error(self.peek().span, "clocks are not supported");
            return Err(error.hint("timed automata need a digital-clocks translation first"));
        } else if self.accept("[") {
            let low = self.expression()?;
            self.expect("..")?;
            let high = self.expression()?;
            self.expect("]")?;
            Range::Between(Box::new([low, high]))
        } else {
            return Err(self.unexpected("`[low..high]`, `bool` or `int`"));
        };
        let initial = if self.accept_word("init") {
            Some(self.expression()?)
        } else {
            None
        };
        self.expect(";")?;
        Ok(Variable { name, range, initial })
    }

    fn module(&mut self) -> Result<Module, Diagnostic> {
        self.next();
        let name = self.name("the name of a module")?;
        if self.accept("=") {
            let base = self.name("the name of the module to copy")?;
            self.expect("[")?;
            let mut pairs = Vec::new();
            while !self.accept("]") {
                if !pairs.is_empty() {
                    self.expect(",")?;
                }
                let old = self.name("a name to replace")?;
                self.expect("=")?;
                pairs.push((old, self.name("the name to replace it with")?));
            }
            self.expect_word("endmodule")?;
            return Ok(Module {
                name,
                body: Body::Renamed { base, pairs },
            });
        }
        let mut variables = Vec::new();
        let mut commands = Vec::new();
        while !self.accept_word("endmodule") {
            if self.at_sign("[") {
                commands.push(self.command()?);
            } else if self.at_word("invariant") {
                return Err(self.error(self.peek().span, "invariants of timed automata are not supported"));
            } else if self.peek().kind == TokenKind::Word {
                variables.push(self.variable()?);
            } else {
                return Err(
                    self.unexpected("a variable, a command `[action] guard -> update;` or `endmodule`")
                );
            }
        }
        Ok(Module {
            name,
            body: Body::Written { variables, commands },
        })
    }

    /// Reads the name in `[a]`, or the lack of one.
    fn action(&mut self) -> Result<Option<Name>, Diagnostic> {
        self.expect("[")?;
        let action = if self.at_sign("]") {
            None
        } else {
            Some(self.name("an action or `]`")?)
        };
        self.expect("]")?;
        Ok(action)
    }

    fn command(&mut self) -> Result<Command, Diagnostic> {
        let start = self.peek().span;
        let action = self.action()?;
        let guard = self.expression()?;
        self.expect("->")?;
        let mut branches = Vec::new();
        loop {
            branches.push(self.branch()?);
            if !self.accept("+") {
                break;
            }
        }
        self.expect(";")?;
        Ok(Command {
            action,
            guard,
            branches,
            span: Span::new(start.start, self.last_end()),
        })
    }

    /// Reads `p : update`, `[l, u] : update` or a sole `update`.
    fn branch(&mut self) -> Result<Branch, Diagnostic> {
        let start = self.peek().span;
        let probability = if self.at_update() {
            Probability::One
        } else if self.accept("[") {
            let lower = self.expression()?;
            self.expect(",")?;
            let upper = self.expression()?;
            self.expect("]")?;
            self.expect(":")?;
            Probability::Between(Box::new([lower, upper]))
        } else {
            let probability = self.expression()?;
            self.expect(":")?;
            Probability::Exactly(probability)
        };
        let assignments = self.update()?;
        Ok(Branch {
            probability,
            assignments,
            span: Span::new(start.start, self.last_end()),
        })
    }

    /// Says whether `(x'` or a lone `true` comes next.
    fn at_update(&self) -> bool {
        if self.at_word("true") {
            return matches!(self.ahead(1).text, ";" | "+");
        }
        self.at_sign("(") && self.ahead(1).kind == TokenKind::Word && self.ahead(2).text == "'"
    }

    /// Reads `(x'=1) & (y'=2)` or `true`.
    fn update(&mut self) -> Result<Vec<(Name, Expr)>, Diagnostic> {
        if self.accept_word("true") {
            return Ok(Vec::new());
        }
        let mut assignments = Vec::new();
        loop {
            if !self.at_update() {
                return Err(self.unexpected("an update like `(x'=1)`, or `true`"));
            }
            self.expect("(")?;
            let name = self.name("the name of a variable")?;
            self.expect("'")?;
            self.expect("=")?;
            let value = self.expression()?;
            self.expect(")")?;
            assignments.push((name, value));
            if !self.accept("&") {
                return Ok(assignments);
            }
        }
    }

    fn rewards(&mut self) -> Result<Rewards, Diagnostic> {
        let start = self.next().span;
        let name = match self.peek().kind {
            TokenKind::Quoted => Some(self.quoted("a name")?),
            _ => None,
        };
        let mut items = Vec::new();
        while !self.accept_word("endrewards") {
            let occasion = match self.at_sign("[") {
                true => Occasion::Choice(self.action()?),
                false => Occasion::State,
            };
            let guard = self.expression()?;
            self.expect(":")?;
            let value = self.expression()?;
            self.expect(";")?;
            items.push(RewardItem {
                occasion,
                guard,
                value,
            });
        }
        Ok(Rewards {
            name,
            items,
            span: start,
        })
    }

    /// Reads `observables x, "far" = x>3 endobservables`.
    fn observables(&mut self, program: &mut Program) -> Result<(), Diagnostic> {
        self.next();
        while !self.accept_word("endobservables") {
            if self.peek().kind == TokenKind::Quoted {
                let name = self.quoted("a name")?;
                self.expect("=")?;
                let value = self.expression()?;
                program.observables.push(Definition { name, value });
            } else {
                let name = self.name("the name of a variable")?;
                let value = Expr {
                    kind: ExprKind::Name(name.text.clone()),
                    span: name.span,
                    depth: 1,
                };
                program.observables.push(Definition { name, value });
            }
            if !self.accept(",") && !self.accept(";") && !self.at_word("endobservables") {
                return Err(self.unexpected("`,` or `endobservables`"));
            }
        }
        Ok(())
    }

    /// Reads how modules run together: `a || b`, `a ||| b`, `a |[x]| b`, `a / {x}`, `a {x <- y}`.
    fn system(&mut self) -> Result<System, Diagnostic> {
        self.deeper()?;
        let first = self.system_interleaved()?;
        if !self.at_bars(2) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.at_bars(2) {
            self.pass(2);
            parts.push(self.system_interleaved()?);
        }
        Ok(System::Full(parts))
    }

    fn system_interleaved(&mut self) -> Result<System, Diagnostic> {
        let first = self.system_on()?;
        if !self.at_bars(3) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.at_bars(3) {
            self.pass(3);
            parts.push(self.system_on()?);
        }
        Ok(System::Interleaved(parts))
    }

    fn system_on(&mut self) -> Result<System, Diagnostic> {
        let mut left = self.system_postfix()?;
        while self.at_sign("|") && self.ahead(1).text == "[" {
            self.deeper()?;
            self.pass(2);
            let actions = self.names_until("]")?;
            self.expect("|")?;
            let right = self.system_postfix()?;
            left = System::On(Box::new([left, right]), actions);
        }
        Ok(left)
    }

    fn system_postfix(&mut self) -> Result<System, Diagnostic> {
        let mut inner = if self.accept("(") {
            let inner = self.system()?;
            self.expect(")")?;
            inner
        } else {
            System::Module(self.name("the name of a module")?)
        };
        loop {
            if self.accept("/") {
                self.deeper()?;
                self.expect("{")?;
                inner = System::Hidden(Box::new(inner), self.names_until("}")?);
            } else if self.accept("{") {
                self.deeper()?;
                let mut pairs = Vec::new();
                while !self.accept("}") {
                    if !pairs.is_empty() {
                        self.expect(",")?;
                    }
                    let old = self.name("an action")?;
                    self.expect("<")?;
                    self.expect("-")?;
                    pairs.push((old, self.name("an action")?));
                }
                inner = System::Renamed(Box::new(inner), pairs);
            } else {
                return Ok(inner);
            }
        }
    }

    /// Counts an operator that may nest; the count covers the whole composition.
    fn deeper(&mut self) -> Result<(), Diagnostic> {
        self.depth += 1;
        if self.depth > SYSTEM_DEPTH_MAX {
            let message = "the composition nests too many operators";
            return Err(self.error(self.peek().span, message));
        }
        Ok(())
    }

    fn names_until(&mut self, end: &str) -> Result<Vec<Name>, Diagnostic> {
        let mut names = Vec::new();
        while !self.accept(end) {
            if !names.is_empty() {
                self.expect(",")?;
            }
            names.push(self.name("an action")?);
        }
        Ok(names)
    }

    /// Says whether exactly this many `|` come next.
    fn at_bars(&self, count: usize) -> bool {
        (0..count).all(|at| self.ahead(at).text == "|") && self.ahead(count).text != "|"
    }

    fn pass(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }
}
