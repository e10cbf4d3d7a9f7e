"""Bodies that a server packs, as clients' `accept-encoding` lets it."""

import gzip
import zlib

import pytest

from cgb.upstream.packed import ACCEPTED, Packed

TEXT = b"one two " * 50
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
PACKED = {
    "gzip": ("gzip", gzip.compress(TEXT)),
    "gzip by its old name": (" X-GZIP ", gzip.compress(TEXT)),
    "gzip, one after another": ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(b"") + gzip.compress(TEXT[100:])),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate without a frame": ("deflate", RAW.compress(TEXT) + RAW.flush()),
}


def packed(encoding, *, may_be_empty=False):
    return Packed.of(encoding, may_be_empty=may_be_empty)


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("encoding", "data"), PACKED.values(), ids=PACKED)
def test_it_is_unpacked_and_whole_when_all_has_come(encoding, data, size):
    unpacking, said = packed(encoding), b""
    for start in range(0, len(data), size):
        said += unpacking.read(data[start : start + size])

    assert (said, unpacking.is_whole) == (TEXT, True)


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_what_is_not_packed(encoding):
    assert packed(encoding) is None


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, deflate"])
def test_what_nobody_asked_for(encoding):
    with pytest.raises(ValueError, match=f"packed as '{encoding}'"):
        packed(encoding)


def test_what_is_asked_for_can_be_unpacked():
    assert all(packed(encoding) for encoding in ACCEPTED.split(", "))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_broken(encoding):
    with pytest.raises(zlib.error):
        packed(encoding).read(b"\xffno such thing")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("may_be_empty", [True, False])
def test_nothing_at_all_is_whole_where_it_may_be(encoding, may_be_empty):
    assert packed(encoding, may_be_empty=may_be_empty).is_whole is may_be_empty


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_beginning_is_never_whole(encoding):
    unpacking = packed(encoding, may_be_empty=True)
    unpacking.read(gzip.compress(b"")[:1] if encoding == "gzip" else zlib.compress(b"")[:1])

    assert not unpacking.is_whole
