//! What is planted in kernels is found: by other numbers in some order, by what the emulator sees, or by AddressSanitizer.

use cuda_emulator::{Argument, Check, Error, Launch, Order, Program, Work};

use crate::{Case, columns, has_compiler, rows};

/// What is wrong, the text that is right, and what stands there instead. The first place is taken.
type Bug = (&'static str, &'static str, &'static str);

const IN_ROWS: [Bug; 16] = [
    (
        "no barrier behind the partial sums",
        "    __syncthreads();\n    if (threadIdx.x == 0) {\n        float sum",
        "    if (threadIdx.x == 0) {\n        float sum",
    ),
    ("no barrier behind the total", "    __syncthreads();\n    // The next sum", "    // The next sum"),
    (
        "a mean over the threads instead of the row",
        "block_sum(sum) / length;\n        float squares",
        "block_sum(sum) / blockDim.x;\n        float squares",
    ),
    (
        "a barrier that half of the block reaches",
        "    __syncthreads();\n    // The next sum",
        "    if (threadIdx.x < 64) { __syncthreads(); }\n    // The next sum",
    ),
    (
        "two barriers at once",
        "    __syncthreads();\n    // The next sum",
        "    if (threadIdx.x < 32) {\n        __syncthreads();\n    } else {\n        __syncthreads();\n    }\n    // The next sum",
    ),
    ("a shuffle that starts at half the distance", "offset = 16; offset > 0", "offset = 8; offset > 0"),
    ("a shuffle in one direction too short", "offset /= 2", "offset /= 4"),
    ("a mask without half of its lanes", "0xffffffffu, value, offset", "0x0000ffffu, value, offset"),
    ("partial sums of every other warp", "threadIdx.x % 32 == 0", "threadIdx.x % 64 == 0"),
    (
        "one element too far",
        "i < length; i += blockDim.x) {\n            out[i]",
        "i <= length; i += blockDim.x) {\n            out[i]",
    ),
    (
        "a stride of a warp instead of the block",
        "i < length; i += blockDim.x) {\n            sum += in[i]",
        "i < length; i += 32) {\n            sum += in[i]",
    ),
    (
        "one row too far",
        "row < rows; row += gridDim.x) {\n        const float* in",
        "row <= rows; row += gridDim.x) {\n        const float* in",
    ),
    (
        "rows left out between blocks",
        "row += gridDim.x) {\n        const float* in",
        "row += blockDim.x) {\n        const float* in",
    ),
    ("statistics over each other", "stats[2 * row + 1] = scale", "stats[2 * row] = scale"),
    (
        "sums that start from what was there",
        "        parts[blockIdx.x * length + i] = 0.0f;\n",
        "        ;\n",
    ),
    ("the tail of the last sum", "if (i < length) {\n        float sum", "if (true) {\n        float sum"),
];

const IN_COLUMNS: [Bug; 9] = [
    ("no barrier in front of the tree", "    __syncthreads();\n    for (int half", "    for (int half"),
    (
        "no barrier in the tree",
        "        __syncthreads();\n    }\n    if (threadIdx.y == 0",
        "    }\n    if (threadIdx.y == 0",
    ),
    ("a tree that starts too far", "half = 4; half > 0", "half = 8; half > 0"),
    ("a tree that starts too near", "half = 4; half > 0", "half = 2; half > 0"),
    ("columns behind the last", "    if (column < columns) {\n        for", "    if (true) {\n        for"),
    ("one row too far", "row < rows; row += blockDim.y", "row <= rows; row += blockDim.y"),
    (
        "threads that leave before a barrier",
        "    float sum = 0.0f, square = 0.0f;\n",
        "    float sum = 0.0f, square = 0.0f;\n    if (column >= columns) { return; }\n",
    ),
    (
        "rows and columns of shared memory exchanged",
        "sums[threadIdx.y][threadIdx.x] = sum;",
        "sums[threadIdx.x][threadIdx.y] = sum;",
    ),
    ("no barrier of the warp", "    __syncwarp();\n", ""),
];

/// By what it is found; nothing where it is not.
fn found(case: &Case, (_, right, wrong): Bug) -> Option<String> {
    assert!(case.text.contains(right), "the text has no {right:?}");
    let text = case.text.replacen(right, wrong, 1);
    [Check::Guards, Check::Addresses].into_iter().find_map(|check| {
        let program = case.compile(&text, check).unwrap();
        Order::SEVERAL.into_iter().find_map(|order| case.fault(&program, order))
    })
}

fn all_are_found(case: &Case, bugs: &[Bug]) {
    let missed: Vec<&str> =
        bugs.iter().filter(|bug| found(case, **bug).is_none()).map(|(name, ..)| *name).collect();
    assert!(missed.is_empty(), "not found: {missed:#?}");
}

#[test]
fn in_rows() {
    if !has_compiler() {
        return;
    }
    all_are_found(&rows::case(), &IN_ROWS);
}

#[test]
fn in_columns() {
    if !has_compiler() {
        return;
    }
    all_are_found(&columns::case(), &IN_COLUMNS);
}

fn launch(kernel: &'static str, block: [u32; 3], arguments: Vec<Argument>) -> Work {
    let launches = vec![Launch { kernel, grid: [1, 1, 1], block, arguments }];
    Work { buffers: vec![vec![0.0; 8]], launches }
}

const ONE: &str =
    "extern \"C\" __global__ void one(float* y, int n) { if (threadIdx.x < n) { y[threadIdx.x] = 1.0f; } }";

#[test]
fn what_is_wrong_is_said_with_its_line() {
    if !has_compiler() {
        return;
    }
    let case = rows::case();
    let (_, right, wrong) = IN_ROWS[3];
    let program = case.compile(&case.text.replacen(right, wrong, 1), Check::Guards).unwrap();
    let said = program.run(&case.work, Order::Rising).unwrap_err().to_string();
    assert!(said.starts_with("row_forward, block (") && said.contains(" line "), "{said}");
    assert!(said.contains("barrier"), "{said}");
}

#[test]
fn wrong_launches_are_refused_by_name() {
    if !has_compiler() {
        return;
    }
    let program = Program::compile(ONE, &["one"], Check::Guards).unwrap();
    let n = || vec![Argument::Buffer(0), Argument::int(8)];
    assert_eq!(program.run(&launch("one", [8, 1, 1], n()), Order::Rising).unwrap(), [vec![1.0; 8]]);
    for (work, expected) in [
        (launch("two", [8, 1, 1], n()), "no kernel `two`; there are one"),
        (launch("one", [8, 1, 1], vec![Argument::Buffer(3), Argument::int(8)]), "no buffer 3"),
        (launch("one", [8, 1, 1], vec![Argument::Buffer(0)]), "it takes 2 arguments, and 1 were given"),
        (
            launch("one", [8, 1, 1], vec![Argument::Buffer(0), Argument::double(8.0)]),
            "argument 1 has 4 bytes, and 8 were given",
        ),
        (launch("one", [2048, 1, 1], n()), "a block of 2048 threads"),
        (launch("one", [9, 1, 1], vec![Argument::Buffer(0), Argument::int(9)]), "a write behind buffer 0"),
    ] {
        let said = program.run(&work, Order::Rising).unwrap_err().to_string();
        assert!(said.contains(expected), "{said} should say {expected}");
    }
    let said = Program::compile("__global__ void broken( {", &[], Check::Guards).unwrap_err();
    assert!(matches!(said, Error::Compile { .. }) && said.to_string().contains("text.cu"), "{said}");
}
