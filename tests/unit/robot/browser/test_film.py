"""Frames become a file that players read, in the time in which they were taken."""

import struct
from pathlib import Path

import pytest

from robot.browser.film import FilmFrame, jpeg_size, write_avi

JPEG = b"\xff\xd8" + b"\xff\xe0\x00\x04ab" + b"\xff\xc0\x00\x0b\x08\x00\x14\x00\x1e\x01\x01\x11\x00" + b"\xff\xd9"


def test_the_size_of_a_picture_is_read_from_its_frame_header() -> None:
    assert jpeg_size(JPEG) == (30, 20)
    with pytest.raises(ValueError, match="no JPEG"):
        jpeg_size(b"\xff\xd8\xff\xd9")


@pytest.mark.feature("X15")
def test_a_film_repeats_a_picture_until_there_is_another(tmp_path: Path) -> None:
    frames = [FilmFrame(at_s=10.0, jpeg=JPEG), FilmFrame(at_s=11.0, jpeg=JPEG + b"x")]
    path = tmp_path / "film.avi"
    write_avi(path, frames, end_s=11.5, frame_s=0.25)
    content = path.read_bytes()
    assert struct.unpack("<4sI4s", content[:12]) == (b"RIFF", len(content) - 8, b"AVI ")
    assert struct.unpack_from("<I", content, 32) == (250_000,)
    index = content[content.index(b"idx1") + 8 :]
    entries = [struct.unpack_from("<4sIII", index, place) for place in range(0, len(index), 16)]
    assert [size for *_, size in entries] == [len(JPEG), 0, 0, 0, len(JPEG) + 1, 0, 0]
    movie = content.index(b"movi")
    for name, _, place, size in entries:
        assert content[movie + place : movie + place + 8] == name + struct.pack("<I", size)
