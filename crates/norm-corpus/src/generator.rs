//! Random well-formed declarations: one to three statistics, every reference set, parameters on every axis; and
//! declarations with several sets or with windows.
//! Everything is smooth and bounded, so that central differences can judge.

/// How many.
const COUNT: usize = 208;

const SETS: [&str; 8] =
    ["features", "batch", "group", "batch + space", "space", "batch + time", "fan_in", "features"];
const AXES: [&str; 4] = ["channel", "element", "group", "scalar"];

/// How many with several sets, or windows.
const STAGED: usize = 32;

/// The sets of those, one over the batch first.
const LISTS: [&[&str]; 8] = [
    &["batch + space", "features", "space"],
    &["channels"],
    &["unit", "channels", "features"],
    &["channels", "space"],
    &["batch + space", "channels"],
    &["batch", "features"],
    &["features", "space", "channels"],
    &["space"],
];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
    fn number(&mut self) -> String {
        format!("{}.{}", self.below(2), 1 + self.below(9))
    }

    /// An expression of bounded size in which every name of `must` occurs once at least.
    fn expression(&mut self, must: &[&str], extra: &[&str], depth: usize) -> String {
        if let [one] = must
            && depth == 0
        {
            return (*one).to_owned();
        }
        if must.is_empty() {
            return if extra.is_empty() || self.below(4) == 0 {
                self.number()
            } else {
                self.pick(extra).to_owned()
            };
        }
        let cut = if must.len() > 1 { 1 + self.below(must.len() - 1) } else { self.below(2) };
        let (a, b) = must.split_at(cut);
        let depth = depth.saturating_sub(1);
        let (a, b) = (self.expression(a, extra, depth), self.expression(b, extra, depth));
        let c = self.number();
        match self.below(12) {
            0 | 1 => format!("({a} + {b})"),
            2 | 3 => format!("({a} - {b})"),
            4 => format!("{a} * tanh({b})"),
            5 => format!("tanh({a}) * ({b} + {c})"),
            6 => format!("({a} - {b}) * rsqrt(square({b}) + {c})"),
            7 => format!("sigmoid({a} + {b})"),
            8 => format!("exp({c} * tanh({a} - {b}))"),
            9 => format!("sqrt(square({a}) + {c}) - {b}"),
            10 => format!("{a} / (1.5 + square({b}))"),
            _ => format!("ln(square({a} + {b}) + 1.{c0})", c0 = &c[2..]),
        }
    }
}

/// The declarations' texts.
pub(crate) fn declarations() -> Vec<String> {
    (0..COUNT)
        .map(declaration)
        .chain((0..STAGED).map(|i| staged(COUNT + i, LISTS[i % LISTS.len()])))
        .collect()
}

/// A declaration up to its constants, and its parameters: fewer than `below`.
fn head(r: &mut Random, i: usize, sets: &str, below: usize) -> (String, Vec<String>) {
    let mut text = format!("Random{i}(none) as \"random-{i}\" over {sets} {{ ");
    let params: Vec<String> = (0..r.below(below)).map(|p| format!("p{p}")).collect();
    for (p, name) in params.iter().enumerate() {
        text.extend(["param ", name, ": ", AXES[(i / 8 + p) % 4], " = ", &r.number(), "; "]);
    }
    (text + "const eps = 0.1; ", params)
}

/// The output, made of everything there is, and the end.
fn output(r: &mut Random, statistics: &[String], params: &[String]) -> String {
    let mut must = vec!["x", "eps"];
    must.extend(statistics.iter().chain(params).map(String::as_str));
    // The order decides what is combined with what; every rotation is well formed.
    let turn = r.below(must.len());
    must.rotate_left(turn);
    format!("y = {}; }}", r.expression(&must, &["x"], 2))
}

/// Something that pools `value` over a set, as a whole or by windows.
fn pooled(r: &mut Random, value: &str, set: &str) -> String {
    let window = matches!(set, "channels" | "space") && r.below(2) == 0;
    if !window {
        return format!("mean({value}, {set})");
    }
    let size = 2 + r.below(3);
    let words = ["", ", gaussian", ", inside", ", gaussian, inside"][r.below(4)];
    match r.below(3) {
        0 => format!("0.3 * window_sum({value}, {size}, {set})"),
        _ => format!("window_mean({value}, {size}, {set}{words})"),
    }
}

fn staged(i: usize, sets: &[&str]) -> String {
    let mut r = Random(0xB10C ^ (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let (mut text, params) = head(&mut r, i, &sets.join(", "), 3);
    let mut statistics: Vec<String> = Vec::new();
    // A set alone is there for its windows.
    let alone = [sets[0], sets[0]];
    for (s, set) in (if sets.len() == 1 { &alone[..] } else { sets }).iter().enumerate() {
        let name = format!("s{s}");
        let mut must = vec!["x"];
        must.extend(statistics.iter().map(String::as_str).filter(|_| r.below(2) == 0).collect::<Vec<_>>());
        let inside = r.expression(&must, &[], 2);
        let value = if sets == ["space"] {
            format!("window_mean({inside}, {}, space)", 2 + r.below(3))
        } else {
            pooled(&mut r, &inside, set)
        };
        text.extend([&name, " = ", &value, "; "]);
        statistics.push(name);
    }
    text + &output(&mut r, &statistics, &params)
}

fn declaration(i: usize) -> String {
    let mut r = Random(0x5EED ^ (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let set = SETS[i % SETS.len()];
    let (mut text, params) = head(&mut r, i, set, 4);
    let statistics: Vec<String> = (0..=((i / 3) % 3)).map(|s| format!("s{s}")).collect();
    for (s, name) in statistics.iter().enumerate() {
        let earlier: Vec<&str> = statistics[..s].iter().map(String::as_str).collect();
        let value = match (s, r.below(5)) {
            (0, 0 | 1) => "mean(x)".to_owned(),
            (1, 0) => "mean(square(x - s0))".to_owned(),
            (1 | 2, 1) => format!("sqrt(square({}) + eps)", earlier[s - 1]),
            (_, 2) => format!("sum({}) / n", r.expression(&["x"], &earlier, 2)),
            _ => {
                let mut must = vec!["x"];
                must.extend(&earlier);
                format!("mean({})", r.expression(&must, &[], 2))
            }
        };
        text.extend([name, " = ", &value, "; "]);
    }
    text + &output(&mut r, &statistics, &params)
}
