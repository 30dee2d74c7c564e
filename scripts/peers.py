#!/usr/bin/env python3
"""PyTorch on the CPU, next to normlab: the same operations timed, and the same numbers checked.

    peers.py [--json OUT] [--threads 2] [--only TEXT]   run every measurement once, stand-alone
    peers.py serve [--threads 2]                        measure on request, over stdin and stdout
    peers.py check DIR                                  recompute the *.safetensors files in DIR
    peers.py selftest                                   check the cells written here

Needs PyTorch and nothing else:

    python3 -m venv target/peers && target/peers/bin/pip install torch

The Linux wheel brings the CUDA libraries along (some 5 GB installed) and does not import without them, but runs
on a machine without a GPU; a CPU build does as well.
The version used is part of every answer. Written against 2.15.0.

Identifiers: OP/f32/SHAPE/MODE.

    OP      layer_norm, rms_norm, batch_norm (training mode, updates its running statistics), copy;
            lstm (torch.nn.LSTM), layer_norm_lstm (eager; see `recurrent` for the placement)
    SHAPE   rows x features, or T x B x H with as many inputs as units H
    MODE    fwd   forward without a graph
            both  forward with a graph, then torch.autograd.grad(y, inputs, g) with g given; inputs
                  are x and every parameter
            copy has only fwd: one tensor of that shape into another, the traffic a forward cannot avoid

serve: one line in, one JSON line out, so that a caller can alternate our measurements with its own
on a machine that drifts. The first line comes unasked and says what there is. While it waits for a
line this process uses no processor (the OpenMP threads stop spinning after about a millisecond).

    -> measure layer_norm/f32/64x512/both
    <- {"id": "layer_norm/f32/64x512/both", "samples_ns": [ ... ]}
    -> quit                      (or end of input)
    <- {"error": "..."}          for anything else; the process goes on

Each sample is one call, timed alone. Their number is fixed per size, and warm-up calls precede them
every time, because the caller's own work has emptied the caches since the last request.

check: every file holds one case. Metadata (strings): `op`, optionally `eps` (1e-5), `groups`.
Tensors, f32 or f64: `x`, `dy`, `y`, `dx`, and `param.NAME` with its `dparam.NAME`.

    layer_norm, rms_norm   x [N, ...]; param.gain, param.bias of the shape that is pooled over
    batch_norm             x [N, C, ...]; param.gain, param.bias [C]; batch statistics
    group_norm             x [N, C, ...]; param.gain, param.bias [C]; metadata `groups`
    lstm, layer_norm_lstm  x [T, B, I], y [T, B, H]; param.w_x [4H, I], param.w_h [4H, H],
                           param.b [4H], gates in the order i, f, g, o; start from zeros, or from
                           param.h0 and param.c0 [B, H];
                           normalized: param.gain_x, bias_x, gain_h, bias_h [4H], gain_c, bias_c [H]

A parameter that is absent is not applied. Anything of y, dx, dparam.* that is present is compared.
Answer, one JSON line: per file and tensor the largest absolute difference to a PyTorch evaluation in
f64, the same divided by the largest reference entry, and as a yardstick the same two numbers for a
PyTorch evaluation in the file's own precision.
"""

import argparse
import json
import pathlib
import statistics
import struct
import sys
import time

import torch
import torch.nn.functional as F

ROW_SHAPES = [(64, 512), (128, 2048), (4096, 1024)]
T, B, H = 50, 64, 128
EPS = 1e-5
DTYPES = {"F32": torch.float32, "F64": torch.float64}


# --- operations ----------------------------------------------------------------------------------


def recurrent(x, p, normalized, eps=EPS):
    """An LSTM over x [T, B, I], step by step; gates i, f, g, o; returns all h [T, B, H].

    Normalized as in the supplement of ba2016layer: a layer norm over all 4H gates of W_x x, another
    over those of W_h h, their sum plus b; a third over c, read by the output gate only, while the
    carried c stays as it is. W_x x of all steps is computed and normalized at once.
    """

    def norm(z, which):
        if not normalized:
            return z
        return F.layer_norm(z, z.shape[-1:], p.get("gain_" + which), p.get("bias_" + which), eps)

    steps, batch = x.shape[:2]
    units = p["w_h"].shape[1]
    zeros = x.new_zeros(batch, units)
    h, c = p.get("h0", zeros), p.get("c0", zeros)
    from_input = norm(x @ p["w_x"].T, "x")
    if "b" in p:
        from_input = from_input + p["b"]
    w_h = p["w_h"].T
    out = []
    for from_input_t in from_input.unbind(0):
        i, f, g, o = (from_input_t + norm(h @ w_h, "h")).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(norm(c, "c"))
        out.append(h)
    return torch.stack(out)


def pooled(x, p):
    """The trailing axes of x that layer_norm and rms_norm pool over."""
    parameter = p.get("gain", p.get("bias"))
    return x.shape[1:] if parameter is None else x.shape[x.dim() - parameter.dim():]


def rms_norm(x, p, eps):
    y = F.rms_norm(x, pooled(x, p), p.get("gain"), eps)
    return y + p["bias"] if "bias" in p else y


FORWARD = {
    "layer_norm": lambda x, p, m: F.layer_norm(x, pooled(x, p), p.get("gain"), p.get("bias"), m["eps"]),
    "rms_norm": lambda x, p, m: rms_norm(x, p, m["eps"]),
    "batch_norm": lambda x, p, m: F.batch_norm(
        x, None, None, p.get("gain"), p.get("bias"), training=True, eps=m["eps"]),
    "group_norm": lambda x, p, m: F.group_norm(x, m["groups"], p.get("gain"), p.get("bias"), m["eps"]),
    "lstm": lambda x, p, m: recurrent(x, p, False),
    "layer_norm_lstm": lambda x, p, m: recurrent(x, p, True, m["eps"]),
}


def normal(*shape, scale=1.0, dtype=torch.float32):
    return torch.randn(*shape, dtype=dtype) * scale


def cell_parameters(inputs, units, normalized, dtype=torch.float32):
    scale = units ** -0.5
    p = {"w_x": normal(4 * units, inputs, scale=scale, dtype=dtype),
         "w_h": normal(4 * units, units, scale=scale, dtype=dtype),
         "b": normal(4 * units, scale=scale, dtype=dtype)}
    if normalized:
        for which, length in (("x", 4 * units), ("h", 4 * units), ("c", units)):
            p["gain_" + which] = 1 + normal(length, scale=0.1, dtype=dtype)
            p["bias_" + which] = normal(length, scale=0.1, dtype=dtype)
    return p


# --- measuring -----------------------------------------------------------------------------------


def timed(forward, x, parameters, mode):
    """A function without arguments that does the work once."""
    if mode == "fwd":
        def work():
            with torch.no_grad():
                forward()
        return work
    inputs = [x, *parameters]
    for tensor in inputs:
        tensor.requires_grad_(True)
    with torch.no_grad():
        g = torch.randn_like(forward())

    def work():
        torch.autograd.grad(forward(), inputs, g)
    return work


def row_work(op, rows, features, mode):
    x = normal(rows, features) + 0.5
    if op == "copy":
        target = torch.empty_like(x)
        return lambda: target.copy_(x)
    gain, bias = 1 + normal(features, scale=0.1), normal(features, scale=0.1)
    if op == "layer_norm":
        return timed(lambda: F.layer_norm(x, (features,), gain, bias, EPS), x, [gain, bias], mode)
    if op == "rms_norm":
        return timed(lambda: F.rms_norm(x, (features,), gain, EPS), x, [gain], mode)
    mean, var = torch.zeros(features), torch.ones(features)
    return timed(lambda: F.batch_norm(x, mean, var, gain, bias, True, 0.1, EPS), x, [gain, bias], mode)


def cell_work(op, mode):
    x = normal(T, B, H)
    if op == "lstm":
        lstm = torch.nn.LSTM(H, H)
        return timed(lambda: lstm(x)[0], x, list(lstm.parameters()), mode)
    p = cell_parameters(H, H, True)
    return timed(lambda: recurrent(x, p, True), x, list(p.values()), mode)


def catalogue():
    """id -> (make, number of samples)."""
    entries = {}
    for rows, features in ROW_SHAPES:
        samples = 200 if rows * features < 1 << 20 else 50
        for op in ("layer_norm", "rms_norm", "batch_norm", "copy"):
            for mode in ("fwd",) if op == "copy" else ("fwd", "both"):
                make = lambda op=op, r=rows, f=features, mode=mode: row_work(op, r, f, mode)
                entries[f"{op}/f32/{rows}x{features}/{mode}"] = (make, samples)
    for op in ("lstm", "layer_norm_lstm"):
        for mode in ("fwd", "both"):
            entries[f"{op}/f32/{T}x{B}x{H}/{mode}"] = (lambda op=op, mode=mode: cell_work(op, mode), 30)
    return entries


class Bench:
    """Makes each operation once, on first use, and keeps it."""

    def __init__(self):
        self.catalogue = catalogue()
        self.made = {}

    def measure(self, name):
        make, samples = self.catalogue[name]
        if name not in self.made:
            torch.manual_seed(20170424)
            self.made[name] = make()
        work = self.made[name]
        for _ in range(max(3, samples // 10)):
            work()
        times = []
        for _ in range(samples):
            start = time.perf_counter_ns()
            work()
            times.append(time.perf_counter_ns() - start)
        return {"id": name, "samples_ns": times}


def about():
    return {"torch": torch.__version__, "python": sys.version.split()[0], "threads": torch.get_num_threads(),
            "cpu_capability": torch.backends.cpu.get_cpu_capability()}


def say(answer):
    print(json.dumps(answer), flush=True)


def serve():
    bench = Bench()
    say({"ready": True, **about(), "ids": list(bench.catalogue)})
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            break
        if len(words) == 2 and words[0] == "measure" and words[1] in bench.catalogue:
            say(bench.measure(words[1]))
        else:
            say({"error": f"expected 'measure ID' with an ID of the first line, or 'quit'; got {line.strip()!r}"})


def run_all(out, only):
    bench = Bench()
    results = []
    for name in bench.catalogue:
        if only in name:
            results.append(bench.measure(name))
            print(f"{name:40} {statistics.median(results[-1]['samples_ns']) / 1e6:9.4f} ms", file=sys.stderr)
    if out:
        out.write_text(json.dumps({**about(), "results": results}) + "\n")


# --- checking ------------------------------------------------------------------------------------


def read_safetensors(path):
    """Metadata and tensors. The format is a length, a JSON header and raw bytes."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + length])
    body = bytearray(content[8 + length:])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        flat = torch.frombuffer(body[start:end], dtype=DTYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return metadata, tensors


def evaluate(metadata, tensors, dtype):
    """y, dx and every dparam, computed in `dtype`."""
    settings = {"eps": float(metadata.get("eps", EPS)), "groups": int(metadata.get("groups", 1))}
    leaf = lambda tensor: tensor.to(dtype).detach().clone().requires_grad_(True)
    x = leaf(tensors["x"])
    p = {n.removeprefix("param."): leaf(t) for n, t in tensors.items() if n.startswith("param.")}
    y = FORWARD[metadata["op"]](x, p, settings)
    results = {"y": y.detach()}
    if "dy" in tensors:
        gradients = torch.autograd.grad(y, [x, *p.values()], tensors["dy"].to(dtype), allow_unused=True)
        results["dx"] = gradients[0]
        results.update({f"dparam.{name}": g for name, g in zip(p, gradients[1:])})
    return results


def difference(got, reference):
    if got is None or got.shape != reference.shape:
        return {"max_abs": None, "max_rel": None, "error": "missing or of another shape"}
    got, reference = got.double(), reference.double()
    largest = float((got - reference).abs().max())
    scale = float(reference.abs().max())
    # Plain JSON has no NaN: a number that is none is an error, not a difference.
    if not largest < float("inf"):
        return {"max_abs": None, "max_rel": None, "error": "not finite"}
    return {"max_abs": largest, "max_rel": largest / scale if scale > 0 else largest}


def check_file(path):
    try:
        metadata, tensors = read_safetensors(path)
        reference = evaluate(metadata, tensors, torch.float64)
        peer = evaluate(metadata, tensors, tensors["x"].dtype)
        names = [n for n in tensors if n in ("y", "dx") or n.startswith("dparam.")]
        if not names:
            raise ValueError("nothing to compare: no y, dx or dparam.*")
        compared = {n: {"ours": difference(tensors[n], reference[n]), "torch": difference(peer[n], reference[n])}
                    for n in names}
    except Exception as problem:  # one bad file must not hide the others
        return {"file": path.name, "error": f"{type(problem).__name__}: {problem}"}
    return {"file": path.name, "op": metadata["op"], "dtype": str(tensors["x"].dtype).removeprefix("torch."),
            "compared": compared}


def check(folder):
    files = [check_file(path) for path in sorted(folder.glob("*.safetensors"))]
    ours = [d["ours"] for f in files for d in f.get("compared", {}).values()]
    failed = not files or any("error" in f for f in files) or any("error" in d for d in ours)
    worst = lambda key: max((d[key] for d in ours if d[key] is not None), default=None)
    say({**about(), "files": files, "max_abs": worst("max_abs"), "max_rel": worst("max_rel"), "complete": not failed})
    return 1 if failed else 0


def selftest():
    """The cell without normalization is torch.nn.LSTM; normalized, and layer norm alone, are their formulas."""
    torch.manual_seed(1)
    lstm = torch.nn.LSTM(5, 7, dtype=torch.float64)
    x = normal(4, 3, 5, dtype=torch.float64).requires_grad_(True)
    p = {"w_x": lstm.weight_ih_l0, "w_h": lstm.weight_hh_l0, "b": lstm.bias_ih_l0 + lstm.bias_hh_l0}
    want, got = lstm(x)[0], recurrent(x, p, False)
    inputs, g = [x, lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0], torch.randn_like(want)
    pairs = list(zip(torch.autograd.grad(want, inputs, g), torch.autograd.grad(got, inputs, g)))
    z, gain, bias = normal(3, 8, dtype=torch.float64), *normal(2, 8, dtype=torch.float64)
    centred = z - z.mean(1, keepdim=True)
    formula = gain * centred / torch.sqrt(centred.square().mean(1, keepdim=True) + EPS) + bias
    pairs += [(want, got), (formula, FORWARD["layer_norm"](z, {"gain": gain, "bias": bias}, {"eps": EPS}))]
    q = cell_parameters(5, 7, True, torch.float64)
    pairs.append((FORWARD["layer_norm_lstm"](x, q, {"eps": EPS}), layer_norm_lstm_by_formula(x, q)))
    worst = max(float((a - b).detach().abs().max()) for a, b in pairs)
    say({**about(), "selftest": worst < 1e-12, "max_abs": worst})
    return 0 if worst < 1e-12 else 1


def layer_norm_lstm_by_formula(x, q):
    """The normalized cell again, literally: nothing hoisted, no library norm."""
    def norm(z, which):
        z = z - z.mean(1, keepdim=True)
        return q["gain_" + which] * z / torch.sqrt(z.square().mean(1, keepdim=True) + EPS) + q["bias_" + which]
    h = c = x.new_zeros(x.shape[1], q["w_h"].shape[1])
    out = []
    for x_t in x:
        gates = norm(x_t @ q["w_x"].T, "x") + norm(h @ q["w_h"].T, "h") + q["b"]
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(norm(c, "c"))
        out.append(h)
    return torch.stack(out)


def main():
    parser = argparse.ArgumentParser(description="PyTorch next to normlab; see the head of this file.")
    parser.add_argument("command", nargs="?", default="all", choices=["all", "serve", "check", "selftest"])
    parser.add_argument("folder", nargs="?", type=pathlib.Path, help="for check")
    parser.add_argument("--json", type=pathlib.Path, help="where all measurements go")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", help="measure only ids that contain this")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.command == "serve":
        serve()
    elif args.command == "check":
        if args.folder is None or not args.folder.is_dir():
            parser.error("check needs a folder")
        return check(args.folder)
    elif args.command == "selftest":
        return selftest()
    else:
        run_all(args.json, args.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
