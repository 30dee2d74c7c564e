//! Golden files, one folder per stage: a reviewer reads the snapshot, not the emitter. `INSTA_UPDATE=always`
//! rewrites them.

use norm_codegen::{Declaration, Derivation, Formula, Typing, expand_text};
use symbolic::ExprId;

const LAYER: &str = r#"/// Layer normalization
pub LayerNorm(ba2016layer, eq = "3, 4") as "layer" over features {
    param gain = 1.0; param bias = 0.0; const eps = 1e-5;
    mu = mean(x);
    var = mean(square(x - mu));
    y = gain * (x - mu) * rsqrt(var + eps) + bias;
}"#;

const BATCH: &str = r#"/// Batch normalization
pub BatchNorm(ioffe2015batch) as "batch" over batch + space {
    policy running;
    param gain = 1.0; param bias = 0.0; const eps = 1e-5;
    mu = mean(x);
    var = mean(square(x - mu));
    y = gain * (x - mu) * rsqrt(var + eps) + bias;
}"#;

/// A statistic whose gradient is replaced, a cross term that does not vanish, parameters on two axes.
const ODD: &str = r#"/// Something odd
pub Odd(none) as "odd" over group {
    param alpha: scalar = 0.5; param bias: element = 0.0; const eps = 1e-3;
    mu = mean(tanh(x));
    dev = replace_gradient(mean(abs(x - mu)), mean(square(x - mu)));
    y = alpha * (x - mu) / (dev + eps) + bias;
}"#;

/// The output looks at what its statistics were before.
const RENORM: &str = r#"/// Looks back
pub LooksBack(none) as "looks-back" over batch {
    policy running;
    param gain = 1.0; const eps = 1e-3;
    mu = mean(x);
    var = mean(square(x - mu));
    y = gain * (x - mu) * rsqrt(var + eps) * stop_gradient(sqrt(var + eps) * rsqrt(prev(var) + eps)) + stop_gradient(mu - prev(mu));
}"#;

/// Two controls, one around the other, and a statistic that looks back.
const CONTROLLED: &str = r#"/// Controls what flows back
pub Controls(none) as "controls" over batch {
    policy running;
    param gain = 1.0; const eps = 1e-3; const keep = 0.9, from 0 to 1;
    mu = mean(x);
    var = mean(square(x - prev(mu)));
    c = controlled(x - prev(mu), 1, keep);
    z = controlled(c * rsqrt(prev(var) + eps), c * rsqrt(prev(var) + eps), keep);
    y = gain * z;
}"#;

/// Several sets, one over the batch; and a window.
const SEVERAL: &str = r#"/// Pools several sets
pub Several(none) as "several" over batch + space, channels, space {
    policy running;
    starts mu = 1.0;
    param gain = 1.0; param share: scalar = 0.5; const eps = 1e-3; const size = 3;
    mu = mean(x, batch + space);
    energy = mean(square(x - mu), channels);
    near = window_mean(energy, size, space, gaussian, inside);
    floor = mean(sqrt(near + eps), space);
    y = gain * (x - tanh(share) * mu) / max(sqrt(near + eps), floor);
}"#;

fn formula(text: &str) -> Formula {
    Formula::of(&syn::parse_str::<Declaration>(text).unwrap()).unwrap()
}

fn typed(text: &str) -> String {
    let d = Derivation::of(&formula(text), Typing::Natural).unwrap();
    let line = |name: String, e: ExprId| format!("{name} {} = {}\n", d.graph.axes(e), d.graph.to_text(e));
    let mut out = String::new();
    for (s, e) in d.current.iter().zip(&d.definitions) {
        out += &line(d.graph.to_text(*s), *e);
    }
    out + &line("y".into(), d.y)
}

fn derivative(text: &str) -> String {
    let d = Derivation::of(&formula(text), Typing::Natural).unwrap();
    let line = |name: String, e: ExprId| format!("{name} {} = {}\n", d.graph.axes(e), d.graph.to_text(e));
    let mut out = String::new();
    for i in (0..d.current.len()).rev() {
        out += &line(d.graph.to_text(d.ruled[i]), d.hat_gradients[i]);
        out += &line(d.graph.to_text(d.totals[i]), d.total_definitions[i]);
    }
    out += &line("dx".into(), d.dx);
    for (p, e) in d.params.iter().chain(&d.controls).zip(&d.dparams) {
        out += &line(format!("d{}", d.graph.to_text(*p)), *e);
    }
    out
}

fn rust(text: &str) -> String {
    let file = syn::parse2(expand_text(text).unwrap()).unwrap();
    prettyplease::unparse(&file)
}

#[test]
fn stages() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        let all = [
            ("layer", LAYER),
            ("batch", BATCH),
            ("odd", ODD),
            ("looks-back", RENORM),
            ("controls", CONTROLLED),
            ("several", SEVERAL),
        ];
        for (name, text) in all {
            insta::assert_snapshot!(format!("1-formula-{name}"), typed(text));
            insta::assert_snapshot!(format!("2-derivative-{name}"), derivative(text));
            let rust = rust(text);
            let plan = rust
                .find("plan: ")
                .map_or("", |i| &rust[i..rust[i..].find("};").map_or(rust.len(), |e| i + e)]);
            insta::assert_snapshot!(format!("3-plan-{name}"), plan);
            insta::assert_snapshot!(format!("4-rust-{name}"), rust);
        }
    });
}

#[test]
fn the_same_text_every_time() {
    for text in [LAYER, BATCH, ODD, CONTROLLED, SEVERAL] {
        assert_eq!(rust(text), rust(text));
        assert_eq!(derivative(text), derivative(text));
    }
}
