from __future__ import annotations

import base64
import hashlib
import re

from lesionlab.core.notice import NOTICE
from lesionlab.records.report_page import render_report


def test_a_report_brings_its_style_and_a_policy_that_allows_this_style_alone():
    page = render_report("base.html")
    found = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert found is not None
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:" in page.replace("&#39;", "'")
    assert "--accent: #" in found[1]
    assert "@import" not in found[1]


def test_a_report_bears_the_notice():
    assert render_report("base.html").count(NOTICE) == 2
