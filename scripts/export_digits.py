#!/usr/bin/env python3
"""Export the 5620 handwritten digits that normlab embeds.

    scripts/export_digits.py FOLDER [--out FILE]

FOLDER holds `optdigits.tra` and `optdigits.tes`, the two parts of the UCI data
set "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, 1998,
CC BY 4.0, https://doi.org/10.24432/C50P49). No writer is in both. Only the
standard library is used.

Output, little-endian:

    bytes 0..8    magic "NLDIGITS"
    bytes 8..12   format version, u32 (2)
    bytes 12..16  number of training rows, u32
    bytes 16..20  number of test rows, u32
    then per row  64 pixel bytes in scan order, each 0..16, and one label byte 0..9:
                  first the training rows, then the test rows, in the order of their files
"""

import argparse
import hashlib
import pathlib
import struct
import sys

PARTS = [
    ("optdigits.tra", 3823, "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd"),
    ("optdigits.tes", 1797, "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"),
]
PIXELS, WHITE, CLASSES = 64, 16, 10
DEFAULT_OUT = pathlib.Path(__file__).parent.parent / "crates/data/data/optdigits.bin"


def read(path, count, sha256):
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        sys.exit(f"{path}: sha256 is {digest}, expected {sha256}")
    rows = []
    for number, line in enumerate(content.decode("ascii").splitlines(), start=1):
        fields = [int(field) for field in line.split(",")]
        if len(fields) != PIXELS + 1:
            sys.exit(f"{path}: line {number}: {len(fields)} fields, expected {PIXELS + 1}")
        if not all(0 <= p <= WHITE for p in fields[:PIXELS]) or not 0 <= fields[PIXELS] < CLASSES:
            sys.exit(f"{path}: line {number}: value out of range")
        rows.append(bytes(fields))
    if len(rows) != count:
        sys.exit(f"{path}: {len(rows)} rows, expected {count}")
    return rows


def main():
    parser = argparse.ArgumentParser(description="Export the embedded digits.")
    parser.add_argument("folder", type=pathlib.Path, help="where optdigits.tra and optdigits.tes lie")
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT)
    args = parser.parse_args()

    train, test = (read(args.folder / name, count, sha256) for name, count, sha256 in PARTS)
    content = b"NLDIGITS" + struct.pack("<III", 2, len(train), len(test)) + b"".join(train + test)
    args.out.write_bytes(content)
    print(f"{args.out}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
