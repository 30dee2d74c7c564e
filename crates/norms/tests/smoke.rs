//! The thinnest check of every method: fused kernel against central differences of itself in f64.
use norm_core::*;

fn rng(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    ((*seed >> 33) as f64 / 2f64.powi(31)) * 2.0 - 1.0
}

#[test]
fn gradients_match_central_differences() {
    for m in norms::METHODS {
        let k = m.f64;
        let d = k.descriptor;
        for (c, s) in [(19, 1), (5, 11)] {
            let l = d.reference_set.layout(7, c, s, 1).unwrap();
            let mut seed = 7;
            let x: Vec<f64> = (0..l.len()).map(|_| rng(&mut seed)).collect();
            let dy: Vec<f64> = (0..l.len()).map(|_| rng(&mut seed)).collect();
            let params: Vec<Vec<f64>> = d
                .params
                .iter()
                .map(|p| (0..p.axis.len(&l)).map(|_| 1.0 + 0.3 * rng(&mut seed)).collect())
                .collect();
            let consts = d.default_consts();
            let loss = |x: &[f64], params: &[Vec<f64>]| {
                let p: Vec<&[f64]> = params.iter().map(|p| &p[..]).collect();
                let call = Call { layout: l, x, params: &p, consts: &consts, mask: None };
                let mut stats = vec![0.0; k.statistics_len(&l)];
                let mut y = vec![0.0; l.len()];
                k.forward(Isa::detect(), &call, &mut stats, &mut y).unwrap();
                (y.iter().zip(&dy).map(|(a, b)| a * b).sum::<f64>(), stats)
            };
            let (_, stats) = loss(&x, &params);
            let p: Vec<&[f64]> = params.iter().map(|p| &p[..]).collect();
            let call = Call { layout: l, x: &x, params: &p, consts: &consts, mask: None };
            let mut dx = vec![0.0; l.len()];
            let mut dp: Vec<Vec<f64>> = params.iter().map(|p| vec![0.0; p.len()]).collect();
            let mut dps: Vec<&mut [f64]> = dp.iter_mut().map(|p| &mut p[..]).collect();
            k.backward(Isa::detect(), &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut dps).unwrap();
            let h = 1e-5;
            for i in 0..x.len() {
                let (mut a, mut b) = (x.clone(), x.clone());
                a[i] += h;
                b[i] -= h;
                let num = (loss(&a, &params).0 - loss(&b, &params).0) / (2.0 * h);
                assert!((num - dx[i]).abs() < 1e-7, "{} dx[{i}] {num} {}", d.id, dx[i]);
            }
            for (j, p) in d.params.iter().enumerate() {
                for i in 0..params[j].len() {
                    let (mut a, mut b) = (params.clone(), params.clone());
                    a[j][i] += h;
                    b[j][i] -= h;
                    let num = (loss(&x, &a).0 - loss(&x, &b).0) / (2.0 * h);
                    assert!((num - dp[j][i]).abs() < 1e-7, "{} d{}[{i}] {num} {}", d.id, p.name, dp[j][i]);
                }
            }
        }
    }
}
