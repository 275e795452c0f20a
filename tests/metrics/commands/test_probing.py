from __future__ import annotations

import numpy as np
import pytest

from metrics.__main__ import main


def test_the_command_writes_tables_and_plots(tmp_path, pictures, capsys):
    np.savez(tmp_path / "real.npz", arr_0=pictures(0, 15))
    words = ["sensitivity", str(tmp_path / "real.npz"), "--out", str(tmp_path / "out"), "--metrics", "psnr"]
    words += ["--strengths", "0.5,1"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "| `psnr` |" in printed
    assert (tmp_path / "out" / "who_notices_what.md").read_text().strip() in printed
    assert (tmp_path / "out" / "psnr.png").exists()


def test_a_set_too_small_is_the_users_mistake(tmp_path, pictures, capsys):
    np.savez(tmp_path / "real.npz", arr_0=pictures(0, 5))
    assert main(["sensitivity", str(tmp_path / "real.npz"), "--out", str(tmp_path / "out")]) == 2
    assert "at least 12" in capsys.readouterr().err


@pytest.mark.parametrize("strengths", ["2", "0.5,", "0", "much"])
def test_strengths_are_numbers_up_to_one(tmp_path, capsys, strengths):
    words = ["sensitivity", str(tmp_path), "--out", str(tmp_path), "--strengths", strengths]
    assert main(words) == 2
    assert "as in 0.5,1" in " ".join(capsys.readouterr().err.split())
