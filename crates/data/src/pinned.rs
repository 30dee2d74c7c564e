//! The files normlab measures with, by length and digest.

/// Length and digest of one form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Path inside the data folder.
    pub file: &'static str,
    /// Length in bytes.
    pub bytes: u64,
    /// sha256 in lower-case hexadecimal.
    pub sha256: &'static str,
}

/// A file of a data folder, in the form it is published in and, where that is packed, unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinnedFile {
    /// As published.
    pub published: Pinned,
    /// The same content without gzip, accepted in its place.
    pub raw: Option<Pinned>,
}

const fn plain(file: &'static str, bytes: u64, sha256: &'static str) -> PinnedFile {
    PinnedFile { published: Pinned { file, bytes, sha256 }, raw: None }
}

const fn packed(gz: (&'static str, u64, &'static str), raw: (&'static str, u64, &'static str)) -> PinnedFile {
    PinnedFile {
        published: Pinned { file: gz.0, bytes: gz.1, sha256: gz.2 },
        raw: Some(Pinned { file: raw.0, bytes: raw.1, sha256: raw.2 }),
    }
}

/// MNIST: training images and labels, test images and labels.
pub(crate) const MNIST: [PinnedFile; 4] = [
    packed(
        (
            "mnist/train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        (
            "mnist/train-images-idx3-ubyte",
            47_040_016,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
    ),
    packed(
        (
            "mnist/train-labels-idx1-ubyte.gz",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        (
            "mnist/train-labels-idx1-ubyte",
            60_008,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
    ),
    packed(
        (
            "mnist/t10k-images-idx3-ubyte.gz",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            "mnist/t10k-images-idx3-ubyte",
            7_840_016,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
    ),
    packed(
        (
            "mnist/t10k-labels-idx1-ubyte.gz",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        (
            "mnist/t10k-labels-idx1-ubyte",
            10_008,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
];

/// Fashion-MNIST: training images and labels, test images and labels.
pub(crate) const FASHION_MNIST: [PinnedFile; 4] = [
    packed(
        (
            "fashion-mnist/train-images-idx3-ubyte.gz",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        (
            "fashion-mnist/train-images-idx3-ubyte",
            47_040_016,
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
    ),
    packed(
        (
            "fashion-mnist/train-labels-idx1-ubyte.gz",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        (
            "fashion-mnist/train-labels-idx1-ubyte",
            60_008,
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
    ),
    packed(
        (
            "fashion-mnist/t10k-images-idx3-ubyte.gz",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        (
            "fashion-mnist/t10k-images-idx3-ubyte",
            7_840_016,
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
    ),
    packed(
        (
            "fashion-mnist/t10k-labels-idx1-ubyte.gz",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
        (
            "fashion-mnist/t10k-labels-idx1-ubyte",
            10_008,
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
];

/// optdigits: training part (30 writers), test part (13 other writers).
pub(crate) const OPTDIGITS: [PinnedFile; 2] = [
    plain(
        "optdigits/optdigits.tra",
        563_639,
        "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
    ),
    plain(
        "optdigits/optdigits.tes",
        264_712,
        "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
    ),
];

/// tiny Shakespeare.
pub(crate) const TINY_SHAKESPEARE: PinnedFile = plain(
    "tinyshakespeare/input.txt",
    1_115_394,
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
);
