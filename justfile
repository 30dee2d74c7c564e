set shell := ["bash", "-euo", "pipefail", "-c"]

# What a recipe is given reaches its command as the shell's own "$1", "$2", …: one word stays one, and none is run.
set positional-arguments

# One folder for what is built, for workspaces beside this one too.
export CARGO_TARGET_DIR := env("CARGO_TARGET_DIR", justfile_directory() / "target")

# Where data sets are that are not part of the build: what downloads them and what reads them mean one folder.
export NORMLAB_DATA := env("NORMLAB_DATA", justfile_directory() / "data")

# What there is
default:
    @just --list --unsorted

# Measure throughput and convergence and render the page: smoke (2 min), quick (12), standard (60), full
[group('report')]
report tier="quick" *args:
    cargo run --release --package cli -- report "$@"

# Train the cells of a tier, all or some: --workload --method --lr --seeds --epochs --run --another-part --shard --join
[group('report')]
converge tier="quick" *args:
    cargo run --release --package cli -- converge "$@"

# Say what a run, or what is found without training, says to the claims: [run] --claim <id> --json
[group('report')]
claims *args:
    @cargo run --release --package cli -- claims "$@"

# Train what the claims need and decide them, about an hour: --claim <id> --run <folder> --dry-run
[group('report')]
decide *args:
    cargo run --release --package cli -- decide "$@"

# Put runs of one build and kind of machine together, such as shards: <new folder> <run> <run> … --throughput <run>
[group('report')]
merge out *args:
    cargo run --release --package cli -- merge "$@"

# Submit a tier to Slurm in so many shards, and their merge: <tier> <shards> [<folder> [<option of sbatch> …]]
[group('report')]
slurm tier shards folder="" *options:
    cargo build --release --package cli
    NORMLAB="$CARGO_TARGET_DIR/release/normlab" scripts/slurm/submit "$1" "$2" "${3:-runs/$(date -u +%Y%m%dT%H%M%SZ)-$1}" 1 "${@:4}"

# Compare two runs, of two commits or two machines: in what do they differ? <run> <run>
[group('report')]
compare first second:
    @cargo run --release --package cli -- compare "$@"

# Train a method beside nothing, layer and batch norm, and say what comes of it: <method> --run <folder>
[group('report')]
judge method *args:
    cargo run --release --package cli -- judge "$@"

# Train some cells of a kept run again: still what this checkout measures? --cells <n>
[group('report')]
verify run *args:
    cargo run --release --package cli -- verify "$@"

# Download data sets and check them: mnist fashion-mnist tinyshakespeare optdigits --list --again --from <url>
[group('report')]
[no-exit-message]
data *args:
    @cargo run --package fetch -- "$@"

# Write the bank of cells that the tests of the protocol draw from (about ten minutes)
[group('check')]
bank:
    cargo run --release --package bench --example bank > crates/claims/tests/bank.csv.new
    mv crates/claims/tests/bank.csv.new crates/claims/tests/bank.csv

# Pack the cells of a finished run into one file, to be kept
[group('report')]
pack run:
    cargo run --release --package cli -- pack "$@"

# Train one cell of a run again: same numbers?
[group('report')]
rerun run cell:
    cargo run --release --package cli -- rerun "$@"

# Render the page of a run
[group('report')]
render run:
    cargo run --release --package cli -- render "$@"

# Time with Criterion: all, or ids that contain the filter, such as layer/fused
[group('report')]
bench filter="":
    #!/usr/bin/env bash
    set -euo pipefail
    benches=(cargo bench --package bench --bench norm --bench cell --bench update --)
    if [[ -n $1 && -z $("${benches[@]}" --list "$1") ]]; then
        printf 'no benchmark has %q in its id\n' "$1" >&2
        exit 2
    fi
    "${benches[@]}" ${1:+"$1"}

# PyTorch beside us in one interleaved run (needs a Python with torch); a second word is a run that keeps the times
[group('report')]
peers python="python3" *run:
    cargo run --release --package bench --example peers -- "$@"

# List the methods; --json for programs
[group('methods')]
norms *args:
    @cargo run --release --package cli -- norms "$@"

# Evaluate a method on tensors from a safetensors file; docs/eval.md says how
[group('methods')]
eval method input output:
    @cargo run --release --package cli -- eval "$@"

# Make the skeleton of a method: <name> --kind sums|weights|inputs|update [--cite <key>]
[group('methods')]
[no-exit-message]
new-norm name *args:
    @cargo run --package scaffold -- new norm "$@"

# Check one method: conformance, picture, gradients, path, speed, state; a second word picks checks by their name
[group('methods')]
[no-exit-message]
check-norm name *only:
    @cargo run --package scaffold -- check "$@"

# Take away what new-norm made: <name>; --force also for a method that git has
[group('methods')]
[no-exit-message]
rm-norm name *args:
    @cargo run --package scaffold -- rm norm "$@"

# Make the skeleton of a workload: <name>
[group('methods')]
[no-exit-message]
new-workload name *args:
    @cargo run --package scaffold -- new workload "$@"

# Make the skeleton of a typed model: <name>
[group('methods')]
[no-exit-message]
new-model name *args:
    @cargo run --package scaffold -- new model "$@"

# Write docs/cost-of-a-method.md from the commits that added one
[group('methods')]
costs:
    cargo run --package scaffold -- costs > docs/cost-of-a-method.md

# All tests
[group('check')]
test:
    # Without examples, which are commands: clippy compiles them. `--lib` would test libraries that say they have no tests.
    cargo test --workspace --tests -- --quiet
    cargo test --workspace --doc -- --quiet

# Format and lints; warnings are errors
[group('check')]
lint:
    cargo fmt --all --check
    rustfmt --edition 2024 --check crates/bench/src/experiment/workloads/*.rs # named by a macro, which cargo fmt does not open
    cargo clippy --workspace --all-targets -- -D warnings

# Rewrite golden files and expected compiler messages
[group('check')]
bless:
    INSTA_UPDATE=always TRYBUILD=overwrite cargo test --workspace -- --quiet

# Change a package in small ways and see which change no test of it notices; <n>/<m> takes the n-th of m samples
[group('check')]
mutants package shard="0/1":
    @cargo mutants --version > /dev/null 2>&1 || { echo 'cargo-mutants is missing: cargo install --locked cargo-mutants' >&2; exit 1; }
    cargo mutants --package "$1" --test-package "$1" --shard "$2" --sharding round-robin --output "$CARGO_TARGET_DIR/mutants"

# Type-check everything that is generic over the device for CUDA; needs no toolkit and no GPU
[group('check')]
cuda-check:
    cargo check --package models --features cuda

# Perform the walk-throughs of CONTRIBUTING.md in a copy of the checkout and count the lines they edit: normalization model workload
[group('check')]
walk-through *which:
    .ci/walk-through "$@"

# The repository beside normlab: lints, both kits, training, its page
[group('check')]
outside:
    cargo clippy --manifest-path examples/outside/Cargo.toml --locked --all-features --all-targets -- -D warnings
    cargo test --manifest-path examples/outside/Cargo.toml --locked -- --quiet
    cargo run --manifest-path examples/outside/Cargo.toml --locked -- "$(mktemp -d)/run"

# Try the job array of `just slurm` on a Slurm of one node, made of the distribution's packages and stopped again
[group('check')]
slurm-check:
    cargo build --release --package cli
    NORMLAB="$CARGO_TARGET_DIR/release/normlab" scripts/slurm/check

# Look at the site of the kept run in a real browser: nothing cut, overlapping, unreadable or loaded; installs Chromium where apt can
[group('check')]
browser:
    scripts/browser

# What CI runs
[group('check')]
ci: lint test browser walk-through outside cuda-check (report "smoke") (verify "reports/2026-11-30-standard")
