"""`deploy/citus.py` refuses a server that can't distribute, before it touches anything."""

import os

import pytest

from deploy import citus


def test_a_server_without_citus_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert citus.main([os.environ["DATABASE_URL"]]) == 1
    assert "没有 Citus 扩展，什么也没有改" in capsys.readouterr().err
    assert citus.main([os.environ["DATABASE_URL"], "--stories"]) == 1


def test_a_server_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert citus.main(["postgresql://someone@127.0.0.1:1/nothing"]) == 1
    assert "连不上数据库" in capsys.readouterr().err
