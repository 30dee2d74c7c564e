"""Writes crates/eval/tests/torch/*.safetensors: requests and what PyTorch answers to them; a file of modules; and the recurrences
of crates/sequence.

Each file holds the tensors of a request, what PyTorch found under `want.<name>`, the request's metadata, the method
under `method` and PyTorch's version under `torch`. Where PyTorch has a module it is used; networks that it has not are
put together from its operations, and its automatic differentiation finds the gradients.

    python scripts/torch_fixtures.py        (needs torch and safetensors)
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

CRATES = pathlib.Path(__file__).resolve().parent.parent / "crates"
OUT = CRATES / "eval/tests/torch"
MODULES = CRATES / "models/tests/torch"
RECURRENCES = CRATES / "sequence/tests/torch"
G = torch.Generator().manual_seed(7)


def normal(*shape, dtype=torch.float64):
    return torch.randn(*shape, generator=G, dtype=torch.float64).to(dtype)


def write(name, method, metadata, given, want):
    tensors = {k: v.detach().contiguous().clone() for k, v in given.items()}
    tensors |= {f"want.{k}": v.detach().contiguous().clone() for k, v in want.items()}
    metadata = {**metadata, "method": method, "torch": torch.__version__}
    save_file(tensors, OUT / f"{name}.safetensors", metadata=metadata)


def leaf(t):
    return t.clone().requires_grad_(True)


def gradients(y, dy, leaves):
    names = list(leaves)
    found = torch.autograd.grad(y, [leaves[n] for n in names], dy)
    return {("dx" if n == "x" else f"d{n}"): g for n, g in zip(names, found)}


def sums(name, method, metadata, x, params, forward, state=None):
    """One module over summed inputs. `forward` gives y and the state after."""
    leaves = {"x": leaf(x)} | {f"param.{k}": leaf(v) for k, v in params.items()}
    y, after = forward(leaves["x"], {k: leaves[f"param.{k}"] for k in params})
    dy = normal(*y.shape, dtype=x.dtype)
    given = {**leaves, "dy": dy} | {f"state.{k}": v for k, v in (state or {}).items()}
    want = {"y": y, **gradients(y, dy, leaves)} | {f"state.{k}": v for k, v in after.items()}
    write(name, method, metadata, given, want)


def batch_norm(train):
    state = {"running_mean": normal(5), "running_var": normal(5).abs() + 0.5}

    def forward(x, p):
        mean, var = state["running_mean"].clone().to(x.dtype), state["running_var"].clone().to(x.dtype)
        y = F.batch_norm(x, mean, var, p["gain"], p["bias"], training=train, momentum=0.3, eps=1e-5)
        return y, {"running_mean": mean, "running_var": var}

    return state, forward


def write_sums():
    gain_bias = {"gain": normal(5) + 1, "bias": normal(5)}
    for mode, train in (("train", True), ("eval", False)):
        state, forward = batch_norm(train)
        metadata = {"mode": mode, "const.momentum": "0.3"}
        sums(f"batch-nc-{mode}", "batch", metadata, normal(7, 5), gain_bias, forward, state)
        metadata = {**metadata, "layout": "NCS"}
        sums(f"batch-ncs-{mode}", "batch", metadata, normal(4, 5, 6) * 3 + 2, gain_bias, forward, state)
    single = {k: v.float() for k, v in gain_bias.items()}
    state, forward = batch_norm(True)
    state = {k: v.float() for k, v in state.items()}
    sums("batch-nc-f32", "batch", {"const.momentum": "0.3"}, normal(33, 5, dtype=torch.float32), single, forward, state)
    # Batch and time together: what BatchNorm1d does with [N, C, T].
    state, forward = batch_norm(True)

    def over_time(x, p):
        y, after = forward(x.permute(1, 2, 0), p)
        return y.permute(2, 0, 1), after

    sums("sequence-batch-tnc", "sequence-batch", {"layout": "TNC", "const.momentum": "0.3"}, normal(6, 4, 5), gain_bias, over_time, state)

    def layer(x, p):
        return F.layer_norm(x, (5,), p["gain"], p["bias"], eps=1e-5), {}

    sums("layer-nc", "layer", {}, normal(7, 5), gain_bias, layer)
    sums("layer-nc-f32", "layer", {}, normal(7, 5, dtype=torch.float32), single, layer)

    def rms(x, p):
        return F.rms_norm(x, (5,), p["gain"], eps=1e-3), {}

    sums("rms-nc", "rms", {"const.eps": "1e-3"}, normal(7, 5), {"gain": normal(5) + 1}, rms)


def write_relatives():
    """Other reference sets, and maps that stand in for a normalization."""
    gain_bias = {"gain": normal(6) + 1, "bias": normal(6)}
    ncs = {"layout": "NCS"}

    def run(name, method, metadata, x, params, forward):
        sums(name, method, metadata, x, params, lambda x, p: (forward(x, p), {}))

    def instance(x, p):
        return F.instance_norm(x, weight=p["gain"], bias=p["bias"], eps=1e-5)

    def filter_response(x, p, eps):
        root = ((x * x).mean(2, keepdim=True) + eps).sqrt()
        y = p["gain"].reshape(-1, 1) * x / root + p["bias"].reshape(-1, 1)
        return torch.maximum(y, p["tau"].reshape(-1, 1))

    run("instance-ncs", "instance", ncs, normal(3, 6, 7) * 2 + 1, gain_bias, instance)
    run("group-nc", "group", {"const.groups": "2"}, normal(5, 6), gain_bias, lambda x, p: F.group_norm(x, 2, p["gain"], p["bias"], eps=1e-5))
    run("group-ncs", "group", {**ncs, "const.groups": "3"}, normal(3, 6, 7) * 2 + 1, gain_bias, lambda x, p: F.group_norm(x, 3, p["gain"], p["bias"], eps=1e-5))
    tau = {**gain_bias, "tau": normal(6) * 0.3}
    run("filter-response-ncs", "filter-response", ncs, normal(3, 6, 7), tau, lambda x, p: filter_response(x, p, 1e-6))
    learned = {**tau, "learned_eps": normal(6) * 0.1}
    run("filter-response-learned-ncs", "filter-response-learned", ncs, normal(3, 6, 7), learned, lambda x, p: filter_response(x, p, p["learned_eps"].abs().reshape(-1, 1) + 1e-6))
    run("dyt-nc", "dyt", {}, normal(5, 6) * 2, {**gain_bias, "alpha": torch.tensor(0.7, dtype=torch.float64)}, lambda x, p: p["gain"] * torch.tanh(p["alpha"] * x) + p["bias"])

    def renormalized(train):
        state = {"running_mean": normal(6) * 0.5 + 1, "running_var": normal(6).abs() + 2}

        def forward(x, p):
            mean, var = state["running_mean"], state["running_var"]
            root = (var + 1e-3).sqrt()
            if not train:
                return (x - mean) / root * p["gain"] + p["bias"], {"running_mean": mean, "running_var": var}
            batch, spread = x.mean(0), x.var(0, unbiased=False)
            own = (spread + 1e-3).sqrt()
            r = (own / root).clamp(1 / 1.2, 1.2).detach()
            d = ((batch - mean) / root).clamp(-0.4, 0.4).detach()
            y = ((x - batch) / own * r + d) * p["gain"] + p["bias"]
            after = {"running_mean": 0.7 * mean + 0.3 * batch, "running_var": 0.7 * var + 0.3 * x.var(0)}
            return y, {k: v.detach() for k, v in after.items()}

        return state, forward

    for mode, train in (("train", True), ("eval", False)):
        state, forward = renormalized(train)
        metadata = {"mode": mode, "const.momentum": "0.3", "const.rmax": "1.2", "const.dmax": "0.4"}
        sums(f"batch-renorm-nc-{mode}", "batch-renorm", metadata, normal(9, 6) * 1.4 + 1, gain_bias, forward, state)

    def standardized(w):
        rows = w.flatten(1)
        rows = (rows - rows.mean(1, keepdim=True)) / (rows.std(1, keepdim=True) + 1e-5)
        return rows.reshape(w.shape)

    run("linear-weight-standardization", "weight-standardization", {"as": "linear"}, normal(7, 4), {"weight": normal(5, 4), "bias": normal(5)}, lambda x, p: F.linear(x, standardized(p["weight"]), p["bias"]))
    run("conv-weight-standardization", "weight-standardization", {"as": "conv"}, normal(2, 3, 6, 5), {"weight": normal(5, 3, 3, 2), "bias": normal(5)}, lambda x, p: F.conv2d(x, standardized(p["weight"]), p["bias"]))


def write_layers():
    """Linear layers and convolutions, normalized at the sums, at the weights, or at both weights and inputs."""

    def run(name, method, metadata, x, params, forward):
        sums(name, method, metadata, x, params, lambda x, p: (forward(x, p), {}))

    w, b = normal(5, 4), normal(5)
    run("linear-none", "none", {"as": "linear"}, normal(7, 4), {"weight": w, "bias": b}, lambda x, p: F.linear(x, p["weight"], p["bias"]))
    run(
        "linear-layer",
        "layer",
        {"as": "linear"},
        normal(7, 4),
        {"weight": w, "gain": normal(5), "bias": b},
        lambda x, p: F.layer_norm(F.linear(x, p["weight"]), (5,), p["gain"], p["bias"]),
    )
    image, filters = normal(2, 3, 6, 5), normal(5, 3, 3, 2)
    run(
        "conv-none",
        "none",
        {"as": "conv", "stride": "2", "padding": "1"},
        image,
        {"weight": filters, "bias": b},
        lambda x, p: F.conv2d(x, p["weight"], p["bias"], stride=2, padding=1),
    )

    def conv_batch(x, p):
        mean, var = torch.zeros(5, dtype=x.dtype), torch.ones(5, dtype=x.dtype)
        y = F.batch_norm(F.conv2d(x, p["weight"], padding=1), mean, var, p["gain"], p["bias"], training=True, momentum=0.1)
        return y, {"running_mean": mean, "running_var": var}

    sums("conv-batch", "batch", {"as": "conv", "padding": "1", "const.momentum": "0.1"}, image, {"weight": filters, "gain": normal(5), "bias": b}, conv_batch)

    run("linear-weight", "weight", {"as": "linear"}, normal(7, 4), {"weight": w, "gain": normal(5), "bias": b}, lambda x, p: F.linear(x, torch._weight_norm(p["weight"], p["gain"].reshape(-1, 1), 0), p["bias"]))
    run("conv-weight", "weight", {"as": "conv"}, image, {"weight": filters, "gain": normal(5), "bias": b}, lambda x, p: F.conv2d(x, torch._weight_norm(p["weight"], p["gain"].reshape(-1, 1, 1, 1), 0), p["bias"]))
    run("linear-cosine", "cosine", {"as": "linear"}, normal(7, 4), {"weight": w}, lambda x, p: F.cosine_similarity(x[:, None, :], p["weight"][None, :, :], dim=2))


def ln(x, gain, bias, eps=1e-5):
    y = F.layer_norm(x, (x.shape[-1],), eps=eps)
    return y * gain + bias


def bn(x, gain, bias=0.0, eps=1e-5):
    return (x - x.mean(0)) / (x.var(0, unbiased=False) + eps).sqrt() * gain + bias


def unroll(name, method, metadata, x, params, step, cell=False, after=None):
    """A recurrent network step by step; `step(x_t, h, c, p, t)` gives h and c."""
    steps, cases, units = x.shape[0], x.shape[1], params["weight_hh"].shape[1]
    params = params | {"h0": normal(cases, units) * 0.3}
    if cell:
        params = params | {"c0": normal(cases, units) * 0.3}
    leaves = {"x": leaf(x)} | {f"param.{k}": leaf(v) for k, v in params.items()}
    p = {k: leaves[f"param.{k}"] for k in params}
    h, c, ys = p["h0"], p.get("c0"), []
    for t in range(steps):
        h, c = step(leaves["x"][t], h, c, p, t)
        ys.append(h)
    y = torch.stack(ys)
    dy = normal(*y.shape)
    want = {"y": y, **gradients(y, dy, leaves)}
    write(name, method, metadata, {**leaves, "dy": dy}, want | {f"state.{k}": v for k, v in (after or {}).items()})


def gates_of_lstm(z, c):
    i, f, g, o = z.chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid(), c


def write_cells():
    t, n, i, h = 5, 4, 3, 6
    x = normal(t, n, i)

    def weights(gates):
        return {"weight_ih": normal(gates * h, i) * 0.6, "weight_hh": normal(gates * h, h) * 0.4, "bias": normal(gates * h) * 0.2}

    # PyTorch's own modules.
    def module(name, kind, metadata, gates, build, with_bias_hh=False):
        p = weights(gates)
        m = build()
        zeros = torch.zeros(gates * h, dtype=torch.float64)
        bias_hh = normal(gates * h) * 0.2 if with_bias_hh else zeros
        with torch.no_grad():
            m.weight_ih_l0.copy_(p["weight_ih"]), m.weight_hh_l0.copy_(p["weight_hh"])
            m.bias_ih_l0.copy_(p["bias"]), m.bias_hh_l0.copy_(bias_hh)
        xl = leaf(x)
        y, _ = m(xl)
        dy = normal(*y.shape)
        leaves = {"x": xl, "param.weight_ih": m.weight_ih_l0, "param.weight_hh": m.weight_hh_l0, "param.bias": m.bias_ih_l0}
        if with_bias_hh:
            leaves["param.bias_hh"] = m.bias_hh_l0
        write(name, "none", {"as": kind, **metadata}, {**leaves, "dy": dy}, {"y": y, **gradients(y, dy, leaves)})

    module("lstm-none", "lstm", {}, 4, lambda: nn.LSTM(i, h).double())
    module("gru-none", "gru", {}, 3, lambda: nn.GRU(i, h).double(), with_bias_hh=True)
    module("rnn-none", "rnn", {}, 1, lambda: nn.RNN(i, h).double())
    module("rnn-none-relu", "rnn", {"nonlinearity": "relu"}, 1, lambda: nn.RNN(i, h, nonlinearity="relu").double())

    # Weight normalization of both matrices: PyTorch's own module with its own parametrization.
    p = weights(4)
    m = nn.LSTM(i, h).double()
    for name in ("weight_ih_l0", "weight_hh_l0"):
        nn.utils.parametrizations.weight_norm(m, name)
    leaves = {"x": leaf(x)}
    with torch.no_grad():
        m.bias_ih_l0.copy_(p["bias"]), m.bias_hh_l0.zero_()
        for place, kept in (("ih", m.parametrizations.weight_ih_l0), ("hh", m.parametrizations.weight_hh_l0)):
            kept.original0.copy_(normal(4 * h, 1).abs() + 0.2), kept.original1.copy_(p[f"weight_{place}"])
            leaves[f"param.weight_{place}"], leaves[f"param.{place}.gain"] = kept.original1, kept.original0
    leaves["param.bias"] = m.bias_ih_l0
    y, _ = m(leaves["x"])
    dy = normal(*y.shape)
    want = {"y": y, **gradients(y, dy, leaves)}
    flat = lambda found: {k: v.flatten() if k.endswith(".gain") else v for k, v in found.items()}
    write("lstm-weight", "weight", {"as": "lstm"}, flat(leaves) | {"dy": dy}, flat(want))

    def norm(place, width):
        return {f"{place}.gain": normal(width) * 0.3 + 1, f"{place}.bias": normal(width) * 0.2}

    # Ba et al. 2016, supplement.
    def lstm_layer(x, hid, c, p, _):
        z = ln(x @ p["weight_ih"].T, p["ih.gain"], p["ih.bias"]) + ln(hid @ p["weight_hh"].T, p["hh.gain"], p["hh.bias"]) + p["bias"]
        o, c = gates_of_lstm(z, c)
        return o * ln(c, p["cell.gain"], p["cell.bias"]).tanh(), c

    unroll("lstm-layer", "layer", {"as": "lstm"}, x, weights(4) | norm("ih", 4 * h) | norm("hh", 4 * h) | norm("cell", h), lstm_layer, cell=True)

    def rnn_layer(x, hid, c, p, _):
        return ln(x @ p["weight_ih"].T + hid @ p["weight_hh"].T, p["joint.gain"], p["joint.bias"]).tanh(), c

    no_bias = {k: v for k, v in weights(1).items() if k != "bias"}
    unroll("rnn-layer", "layer", {"as": "rnn"}, x, no_bias | norm("joint", h), rnn_layer)

    def gru_layer(x, hid, c, p, _):
        ax, ah = x @ p["weight_ih"].T, hid @ p["weight_hh"].T
        g = ln(ax[:, : 2 * h], p["ih.gain"], p["ih.bias"]) + ln(ah[:, : 2 * h], p["hh.gain"], p["hh.bias"])
        r, z = g.sigmoid().chunk(2, 1)
        new = (ln(ax[:, 2 * h :], p["ih_candidate.gain"], p["ih_candidate.bias"]) + r * ln(ah[:, 2 * h :], p["hh_candidate.gain"], p["hh_candidate.bias"])).tanh()
        return (1 - z) * hid + z * new, c

    slots = norm("ih", 2 * h) | norm("hh", 2 * h) | norm("ih_candidate", h) | norm("hh_candidate", h)
    no_bias = {k: v for k, v in weights(3).items() if k != "bias"}
    unroll("gru-layer", "layer", {"as": "gru"}, x, no_bias | slots, gru_layer)

    # Cooijmans et al. 2017: statistics per step, biased variances stored at rate 0.01.
    kept = {f"{place}.{s}": [] for place in ("ih", "hh", "cell") for s in ("running_mean", "running_var")}

    def keep(place, v):
        kept[f"{place}.running_mean"].append(0.01 * v.mean(0).detach())
        kept[f"{place}.running_var"].append(0.99 + 0.01 * v.var(0, unbiased=False).detach())
        return v

    def lstm_batch(x, hid, c, p, _):
        ax, ah = keep("ih", x @ p["weight_ih"].T), keep("hh", hid @ p["weight_hh"].T)
        o, c = gates_of_lstm(bn(ax, p["ih.gain"]) + bn(ah, p["hh.gain"]) + p["bias"], c)
        return o * bn(keep("cell", c), p["cell.gain"], p["cell.bias"]).tanh(), c

    gains = {"ih.gain": normal(4 * h) * 0.02 + 0.1, "hh.gain": normal(4 * h) * 0.02 + 0.1} | norm("cell", h)
    params = weights(4) | gains
    unroll("lstm-recurrent-batch", "recurrent-batch", {"as": "lstm"}, x, params, lstm_batch, cell=True, after={})
    # The state is known only when all steps have run.
    write_state("lstm-recurrent-batch", {k: torch.stack(v) for k, v in kept.items()})

    def rnn_input(mode):
        def run(name, params):
            leaves = {"x": leaf(x)} | {f"param.{k}": leaf(v) for k, v in params.items()}
            p = {k: leaves[f"param.{k}"] for k in params}
            ax = leaves["x"] @ p["weight_ih"].T
            if mode == "sequence":
                z = bn(ax.reshape(t * n, h), p["ih.gain"], p["ih.bias"]).reshape(t, n, h)
            else:
                z = torch.stack([bn(a, p["ih.gain"], p["ih.bias"]) for a in ax])
            hid, ys = torch.zeros(n, h, dtype=torch.float64), []
            for a in z:
                hid = (a + hid @ p["weight_hh"].T).tanh()
                ys.append(hid)
            y = torch.stack(ys)
            dy = normal(*y.shape)
            write(name, "bn-rnn", {"as": "rnn", "statistics": mode}, {**leaves, "dy": dy}, {"y": y, **gradients(y, dy, leaves)})

        return run

    no_bias = {k: v for k, v in weights(1).items() if k != "bias"}
    for mode in ("sequence", "frame"):
        rnn_input(mode)(f"rnn-bn-rnn-{mode}", no_bias | norm("ih", h))


def write_cosines():
    """Cosine normalization of cells: both products are of unit vectors, input and hidden state apart."""
    t, n, i, h = 5, 4, 3, 6
    x = normal(t, n, i)
    unit = lambda v: F.normalize(v, dim=1)

    def meet(x, hid, p):
        return unit(x) @ unit(p["weight_ih"]).T, unit(hid) @ unit(p["weight_hh"]).T

    def weights(gates):
        return {"weight_ih": normal(gates * h, i) * 0.6, "weight_hh": normal(gates * h, h) * 0.4, "bias": normal(gates * h) * 0.2}

    def rnn(x, hid, c, p, _):
        return (sum(meet(x, hid, p)) + p["bias"]).tanh(), c

    def gru(x, hid, c, p, _):
        ax, ah = meet(x, hid, p)
        r, z = (ax[:, : 2 * h] + ah[:, : 2 * h] + p["bias"][: 2 * h]).sigmoid().chunk(2, 1)
        new = (ax[:, 2 * h :] + p["bias"][2 * h :] + r * ah[:, 2 * h :]).tanh()
        return (1 - z) * new + z * hid, c

    def lstm(x, hid, c, p, _):
        o, c = gates_of_lstm(sum(meet(x, hid, p)) + p["bias"], c)
        return o * c.tanh(), c

    for kind, gates, step in (("rnn", 1, rnn), ("gru", 3, gru), ("lstm", 4, lstm)):
        unroll(f"{kind}-cosine", "cosine", {"as": kind}, x, weights(gates), step, cell=kind == "lstm")


def write_modules():
    """Modules as PyTorch saves them, with an input and what they make of it: `load_pytorch` in `crates/models` reads them."""
    x = normal(4, 2, 2)
    lstm, gru, rnn, relu = nn.LSTM(2, 3), nn.GRU(2, 3), nn.RNN(2, 3), nn.RNN(2, 3, nonlinearity="relu")
    layer, batch = nn.LayerNorm(5), nn.BatchNorm1d(5)
    kept = nn.ModuleDict({"lstm": lstm, "gru": gru, "rnn": rnn, "relu": relu, "layer": layer, "batch": batch}).double()
    with torch.no_grad():
        for name, p in kept.named_parameters():
            p.copy_(normal(*p.shape) * 0.5)
    rows = normal(8, 5) * 2 + 1
    batch(rows)
    kept.eval()
    want = {f"want.{k}": kept[k](x)[0] for k in ("lstm", "gru", "rnn", "relu")}
    want |= {f"want.{k}": kept[k](rows) for k in ("layer", "batch")}
    # What has no element type of its own in a file of weights: `num_batches_tracked` is a count.
    tensors = kept.state_dict() | {"x": x, "rows": rows} | want
    MODULES.mkdir(parents=True, exist_ok=True)
    tensors = {k: v.detach().contiguous() for k, v in tensors.items()}
    save_file(tensors, MODULES / "modules.safetensors", metadata={"torch": torch.__version__})


def write_neighbours():
    """Windows over channels, and what is kept of a matrix of weights."""
    ncs = {"layout": "NCS"}
    for size in (3, 4):
        # PyTorch divides alpha by the size of the window.
        metadata = {**ncs, "const.size": str(size), "const.alpha": "0.3", "const.beta": "0.6", "const.k": "1.5"}
        sums(f"local-response-ncs-{size}", "local-response", metadata, normal(3, 7, 4) * 2, {}, lambda x, p: (F.local_response_norm(x, size, 0.3 * size, 0.6, 1.5), {}))
    for mode in ("train", "eval"):
        layer = nn.utils.spectral_norm(nn.Linear(4, 6).double())
        with torch.no_grad():
            layer.weight_orig.copy_(normal(6, 4))
            layer.bias.copy_(normal(6))
            layer.weight_u.copy_(F.normalize(normal(6), dim=0))
            # In evaluation PyTorch takes a second stored vector; here it is the one that the first reaches.
            layer.weight_v.copy_(F.normalize(layer.weight_orig.T @ layer.weight_u, dim=0))
        layer.train(mode == "train")
        x, u = leaf(normal(5, 4)), layer.weight_u.clone()
        y = layer(x)
        leaves = {"x": x, "param.weight": layer.weight_orig, "param.bias": layer.bias}
        dy = normal(5, 6)
        want = {"y": y, **gradients(y, dy, leaves), "state.running_u": layer.weight_u}
        write(f"linear-spectral-{mode}", "spectral", {"as": "linear", "mode": mode}, {**leaves, "dy": dy, "state.running_u": u}, want)


def write_recurrences():
    """Every recurrence of the engine, written out in PyTorch's operations: outputs, last states and all gradients."""
    # Of their own, so that what is written before them may change.
    G.manual_seed(11)
    t, n, i, h = 4, 3, 2, 5
    clip = lambda a: a.relu().clamp(max=20.0)

    def lstm(a, c):
        gi, gf, gg, go = a.chunk(4, 1)
        c = gf.sigmoid() * c + gi.sigmoid() * gg.tanh()
        return go.sigmoid() * c.tanh(), c

    def peephole(a, c, p):
        gi, gf, gg, go = a.chunk(4, 1)
        after = (gf + p["slot.1"] * c).sigmoid() * c + (gi + p["slot.0"] * c).sigmoid() * gg.tanh()
        return (go + p["slot.2"] * after).sigmoid() * after.tanh(), after

    def gated(x, hid, p):
        """The parts of both products: reset, update, candidate."""
        return (x @ p["ih"].T + p["bias"]).chunk(3, 1), (hid @ p["hh"].T).chunk(3, 1)

    def gru(x, hid, p, keep):
        (xr, xz, xn), (hr, hz, hn) = gated(x, hid, p)
        new = (xn + (xr + hr).sigmoid() * (hn + p["recurrent_bias"])).tanh()
        z = (xz + hz).sigmoid()
        return z * hid + (1 - z) * new if keep else (1 - z) * hid + z * new

    def gru_reset_before(x, hid, p):
        (xr, xz, xn), (hr, hz, _) = gated(x, hid, p)
        candidate = p["hh"][2 * h :]
        new = (xn + ((xr + hr).sigmoid() * hid) @ candidate.T).tanh()
        z = (xz + hz).sigmoid()
        return z * hid + (1 - z) * new

    def min_gru(x, hid, p):
        xf, xn = (x @ p["ih"].T + p["bias"]).chunk(2, 1)
        f = (xf + hid @ p["hh"][:h].T).sigmoid()
        return (1 - f) * hid + f * (xn + (f * hid) @ p["hh"][h:].T).tanh()

    both = lambda x, hid, p: x @ p["ih"].T + hid @ p["hh"].T + p["bias"]
    kinds = {
        "lstm": (4, lambda x, hid, c, p: lstm(both(x, hid, p), c)),
        "peephole_lstm": (4, lambda x, hid, c, p: peephole(both(x, hid, p), c, p)),
        "rnn_tanh": (1, lambda x, hid, c, p: (both(x, hid, p).tanh(), c)),
        "rnn_relu": (1, lambda x, hid, c, p: (both(x, hid, p).relu(), c)),
        "rnn_clipped": (1, lambda x, hid, c, p: (clip(both(x, hid, p)), c)),
        "gru": (3, lambda x, hid, c, p: (gru(x, hid, p, False), c)),
        "gru_keep": (3, lambda x, hid, c, p: (gru(x, hid, p, True), c)),
        "gru_reset_before": (3, lambda x, hid, c, p: (gru_reset_before(x, hid, p), c)),
        "min_gru": (2, lambda x, hid, c, p: (min_gru(x, hid, p), c)),
    }
    for kind, (gates, step) in kinds.items():
        # Sums of the clipped rectifier have to reach its limit, or nothing is clipped.
        wide = 12.0 if kind == "rnn_clipped" else 1.0
        given = {"x": normal(t, n, i) * wide, "h0": normal(n, h) * 0.5, "ih": normal(gates * h, i), "hh": normal(gates * h, h) * 0.6, "bias": normal(gates * h) * 0.3}
        if kind.endswith("lstm"):
            given["c0"] = normal(n, h) * 0.5
        if kind in ("gru", "gru_keep"):
            given["recurrent_bias"] = normal(h) * 0.3
        if kind == "peephole_lstm":
            given |= {f"slot.{k}": normal(h) * 0.5 for k in range(3)}
        leaves = {k: leaf(v) for k, v in given.items()}
        hid, c, ys = leaves["h0"], leaves.get("c0"), []
        for x in leaves["x"]:
            hid, c = step(x, hid, c, leaves)
            ys.append(hid)
        outputs = {"y": torch.stack(ys), "h": hid} | ({} if c is None else {"c": c})
        upstream = {f"d{k}": normal(*v.shape) for k, v in outputs.items()}
        found = torch.autograd.grad(list(outputs.values()), list(leaves.values()), list(upstream.values()))
        want = outputs | {f"d.{k}": g for k, g in zip(leaves, found)}
        if kind == "rnn_clipped":
            assert (outputs["y"] == 20).any() and (outputs["y"] < 20).any()
        tensors = {**given, **upstream} | {f"want.{k}": v for k, v in want.items()}
        tensors = {k: v.detach().contiguous().clone() for k, v in tensors.items()}
        save_file(tensors, RECURRENCES / f"{kind}.safetensors", metadata={"torch": torch.__version__})


def write_state(name, state):
    """Adds what is stored after the call to a file that was written."""
    from safetensors import safe_open

    path = OUT / f"{name}.safetensors"
    with safe_open(path, "pt") as f:
        metadata, tensors = f.metadata(), {k: f.get_tensor(k) for k in f.keys()}
    save_file(tensors | {f"want.state.{k}": v.contiguous() for k, v in state.items()}, path, metadata=metadata)


if __name__ == "__main__":
    for folder in (OUT, RECURRENCES):
        folder.mkdir(parents=True, exist_ok=True)
    write_sums()
    write_layers()
    write_cells()
    write_relatives()
    write_cosines()
    write_modules()
    write_neighbours()
    write_recurrences()
    print(f"{len(list(OUT.glob('*.safetensors')))} files, torch {torch.__version__}")
