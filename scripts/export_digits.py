#!/usr/bin/env python3
"""Export the 1797 handwritten digits that normlab embeds.

    scripts/export_digits.py [--wheel scikit_learn-*.whl] [--out FILE] [--check optdigits.tes]

The rows come from `sklearn/datasets/data/digits.csv.gz` inside a scikit-learn
wheel, which is a copy of the test part of the UCI data set "Optical Recognition
of Handwritten Digits" (E. Alpaydin, C. Kaynak, 1998, CC BY 4.0). Without
`--wheel` a wheel is fetched with `pip download`; nothing is installed and only
the standard library is used here.

Output, little-endian:

    bytes 0..8    magic "NLDIGITS"
    bytes 8..12   format version, u32 (1)
    bytes 12..16  number of rows, u32
    then per row  64 pixel bytes in scan order, each 0..16, and one label byte 0..9

`--check` compares the rows, in order, with the file from UCI itself.
"""

import argparse
import gzip
import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

MEMBER = "sklearn/datasets/data/digits.csv.gz"
MEMBER_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
ROWS, PIXELS, WHITE, CLASSES = 1797, 64, 16, 10
DEFAULT_OUT = pathlib.Path(__file__).parent.parent / "crates/data/data/digits.bin"


def fetch_wheel(folder):
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
         "--quiet", "--dest", folder, "scikit-learn"],
        check=True,
    )
    return next(pathlib.Path(folder).glob("scikit_learn-*.whl"))


def read_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read(MEMBER)
    digest = hashlib.sha256(packed).hexdigest()
    if digest != MEMBER_SHA256:
        sys.exit(f"{wheel}: {MEMBER} has sha256 {digest}, expected {MEMBER_SHA256}")
    return gzip.decompress(packed).decode("ascii")


def parse(text, origin):
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        fields = [int(field) for field in line.split(",")]
        if len(fields) != PIXELS + 1:
            sys.exit(f"{origin}: line {number}: {len(fields)} fields, expected {PIXELS + 1}")
        pixels, label = fields[:PIXELS], fields[PIXELS]
        if not all(0 <= p <= WHITE for p in pixels) or not 0 <= label < CLASSES:
            sys.exit(f"{origin}: line {number}: value out of range")
        rows.append(bytes(fields))
    if len(rows) != ROWS:
        sys.exit(f"{origin}: {len(rows)} rows, expected {ROWS}")
    return rows


def main():
    parser = argparse.ArgumentParser(description="Export the embedded digits.")
    parser.add_argument("--wheel", help="a scikit-learn wheel (default: fetch one)")
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT)
    parser.add_argument("--check", type=pathlib.Path, help="compare with optdigits.tes")
    args = parser.parse_args()

    if args.wheel:
        rows = parse(read_wheel(args.wheel), args.wheel)
    else:
        with tempfile.TemporaryDirectory() as folder:
            wheel = fetch_wheel(folder)
            rows = parse(read_wheel(wheel), wheel.name)

    if args.check:
        official = parse(args.check.read_text("ascii"), args.check)
        different = [i for i, (a, b) in enumerate(zip(rows, official)) if a != b]
        if different:
            sys.exit(f"{args.check}: {len(different)} rows differ, first at row {different[0]}")
        print(f"{len(rows)} rows equal {args.check.name}, in order")

    content = b"NLDIGITS" + struct.pack("<II", 1, len(rows)) + b"".join(rows)
    args.out.write_bytes(content)
    print(f"{args.out}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
