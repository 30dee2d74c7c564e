use norm_core::formula;

formula! {
    /// The size of a batch is not known where a parameter is made, and only one root is.
    Wrong(none) as "wrong" over batch {
        param gain: scalar = sqrt(n);
        param bias: scalar = exp(n);
        mu = mean(x);
        y = gain * (x - mu) + bias;
    }
}

fn main() {}
