from __future__ import annotations

import hashlib
import io
import pickle
import zipfile

import pytest
import torch

from metrics.errors import MissingWeightsError, WeightsDigestError
from metrics.extractors import weights
from metrics.extractors.archive import read_archive
from metrics.extractors.weights import checked_digest, download, load_state

CONTENT = b"weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
URL = "https://example.org/weights.pth"


@pytest.fixture
def fetched(monkeypatch):
    """Let urlopen answer with these bytes, or raise this error."""

    def answer(reply: bytes | Exception) -> None:
        def urlopen(url: str, timeout: float) -> io.BytesIO:
            if isinstance(reply, Exception):
                raise reply
            return io.BytesIO(reply)

        monkeypatch.setattr(weights.urllib.request, "urlopen", urlopen)

    return answer


def test_a_download_appears_whole(tmp_path, fetched):
    fetched(CONTENT)
    download(URL, tmp_path / "folder" / "weights.pth", SHA256[:8])
    assert [path.read_bytes() for path in (tmp_path / "folder").iterdir()] == [CONTENT]


def test_another_file_is_not_kept(tmp_path, fetched):
    fetched(CONTENT[:-1])
    with pytest.raises(WeightsDigestError, match=f"begins with {SHA256[:8]}"):
        download(URL, tmp_path / "weights.pth", SHA256[:8])
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_error_says_where_to_put_the_file(tmp_path, fetched):
    fetched(weights.urllib.error.URLError("no route"))
    with pytest.raises(MissingWeightsError, match=rf"no route.*put it at {tmp_path}"):
        download(URL, tmp_path / "weights.pth", SHA256)
    assert list(tmp_path.iterdir()) == []


def test_only_https_is_fetched(tmp_path):
    with pytest.raises(ValueError, match="https"):
        download("file:///etc/passwd", tmp_path / "x", "")


def test_digests_are_checked(tmp_path):
    path = tmp_path / "w"
    path.write_bytes(CONTENT)
    assert checked_digest(path, SHA256[:8]) == SHA256
    with pytest.raises(WeightsDigestError, match="fetch it again"):
        checked_digest(path, "00")


class _Evil:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


def test_a_state_dict_runs_no_code(tmp_path):
    torch.save({"w": _Evil()}, tmp_path / "evil.pth")
    with pytest.raises(WeightsDigestError, match=r"evil\.pth holds no state dict of tensors"):
        load_state(tmp_path / "evil.pth")
    torch.save({"w": 3}, tmp_path / "numbers.pth")
    with pytest.raises(WeightsDigestError, match="no state dict"):
        load_state(tmp_path / "numbers.pth")


def _archive(path, data: bytes):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("module/data.pkl", data)
    return path


@pytest.mark.parametrize("data", [pickle.dumps(_Evil()), pickle.dumps({"a": 1}), b"", b"\x80"])
def test_an_archive_runs_no_code(tmp_path, data):
    with pytest.raises(WeightsDigestError, match=r"evil\.pt can't be read"):
        read_archive(_archive(tmp_path / "evil.pt", data))


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "text.pt").write_text("text")
    with pytest.raises(WeightsDigestError, match="TorchScript"):
        read_archive(tmp_path / "text.pt")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_tensors_come_out_as_torch_wrote_them(tmp_path):
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Sequential(torch.nn.Linear(4, 2)))
    torch.jit.script(network).save(tmp_path / "net.pt")
    found = read_archive(tmp_path / "net.pt")
    assert list(found) == list(network.state_dict())
    assert all(torch.equal(found[name], value) for name, value in network.state_dict().items())
