#!/usr/bin/env python3
"""Export the text that normlab embeds: the beginning of tiny Shakespeare.

    scripts/export_text.py INPUT [--out FILE]

INPUT is `data/tinyshakespeare/input.txt` of https://github.com/karpathy/char-rnn,
plays of William Shakespeare put together by A. Karpathy. The excerpt ends with
the last speech that is complete within the first 300000 characters. Only the
standard library is used.

Output, little-endian:

    bytes 0..8    magic "NLLETTER"
    bytes 8..12   format version, u32 (1)
    bytes 12..16  number of characters, u32
    bytes 16..20  size of the alphabet, u32
    then          the alphabet, ascending, one ASCII byte per letter,
                  and the text, one byte per character: its place in the alphabet
"""

import argparse
import hashlib
import pathlib
import struct
import sys

INPUT_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
LIMIT = 300_000
DEFAULT_OUT = pathlib.Path(__file__).parent.parent / "crates/data/data/shakespeare.bin"


def main():
    parser = argparse.ArgumentParser(description="Export the embedded text.")
    parser.add_argument("input", type=pathlib.Path, help="input.txt of tiny Shakespeare")
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT)
    args = parser.parse_args()

    whole = args.input.read_bytes()
    digest = hashlib.sha256(whole).hexdigest()
    if digest != INPUT_SHA256:
        sys.exit(f"{args.input}: sha256 is {digest}, expected {INPUT_SHA256}")

    # A blank line ends a speech; the excerpt keeps the newline of its last line.
    text = whole[: whole.rindex(b"\n\n", 0, LIMIT) + 1]
    alphabet = bytes(sorted(set(text)))
    code = {letter: place for place, letter in enumerate(alphabet)}
    head = b"NLLETTER" + struct.pack("<III", 1, len(text), len(alphabet))
    content = head + alphabet + bytes(code[letter] for letter in text)
    args.out.write_bytes(content)
    print(f"{args.out}: {len(text)} characters, {len(alphabet)} letters, {len(content)} bytes, "
          f"sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
