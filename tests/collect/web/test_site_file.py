from __future__ import annotations

import re
from pathlib import Path

import pytest

from lesionlab.collect.web.site import Site
from lesionlab.collect.web.site_file import read_site, ready_made
from lesionlab.core.errors import InputError, OptionsError

GALLERY = """
name = "example"
kind = "gallery"
page_hosts = ["example.org"]
file_hosts = ["files.example.org"]
{more}
[gallery]
start = ["https://example.org/"]
{options}
"""


def written(tmp_path: Path, more: str = "", options: str = "") -> str:
    path = tmp_path / "site.toml"
    path.write_text(GALLERY.format(more=more, options=options), encoding="utf-8")
    return str(path)


def test_a_site_file_says_all_that_there_is_to_say(tmp_path: Path):
    more = '[diagnoses]\n"Naevus" = "nv"\n[limits]\nmax_images = 9\ndelay_s = 3\n'
    site = read_site(written(tmp_path, more, 'licence = ".terms a"\nnext = "a[rel=next]"'))
    assert (site.name, site.starts, site.limits.max_images, site.limits.delay_s) == (
        "example",
        ("https://example.org/",),
        9,
        3.0,
    )
    assert site.gallery is not None
    assert (site.gallery.licence, site.gallery.next, site.diagnoses) == (".terms a", "a[rel=next]", {"Naevus": "nv"})


@pytest.mark.parametrize("name", ready_made())
def test_the_ready_made_sites_are_sound(name: str):
    site = read_site(name, ("1234567",) if name == "zenodo" else ())
    assert isinstance(site, Site)
    assert site.name == name
    assert site.limits.delay_s >= 1.0
    assert not site.instead or site.instead in ready_made()


def test_the_three_kinds_are_there_ready_made():
    assert {read_site(name, ("1",) if name == "zenodo" else ()).kind for name in ready_made()} == {
        *("mediawiki", "gallery", "repository")
    }


def test_other_starts_take_the_place_of_the_site_s_own():
    assert read_site("commons-api", ("Category:Nevi",)).starts == ("Category:Nevi",)
    with pytest.raises(OptionsError, match="does not say where to begin"):
        read_site("zenodo")
    with pytest.raises(OptionsError, match="outside the hosts"):
        read_site("commons", ("https://example.org/",))


@pytest.mark.parametrize(
    ("more", "options", "cause", "cure"),
    [
        ("", 'licens = "a"', "Unknown key 'licens'", "'licence'"),
        ("[limits]\nmax_image = 3", "", "Unknown key 'max_image'", "'max_images'"),
        ("[limits]\ndelay_s = 0.1", "", "delay_s = 0.1", "polite"),
        ("[limits]\nmax_images = 0", "", "max_images = 0", "within"),
        ("[limits]\nmax_image_bytes = 999_999_999", "", "max_image_bytes", "within"),
        ("[limits]\ndepth = -1", "", "depth = -1", "within"),
        ('[diagnoses]\nx = "nvv"', "", "mapped to 'nvv'", "'nv'"),
        ('[licence]\nwhole_site = "CC BY 4.0"', "", "needs the address of the page", "stated_at"),
        (
            '[licence]\nwhole_site = "CC BY-ND 4.0"\nstated_at = "https://example.org/t"',
            "",
            "no licence under",
            "CC BY",
        ),
        ('[licence]\nwhole_site = "CC BY 4.0"\nstated_at = "ftp://x"', "", "no https address", "Correct"),
        ("[mediawiki]\napi = 'https://example.org/w/api.php'", "", "needs the table [gallery] and no other", "one"),
        ("", 'item = "a["', "no CSS selector", ""),
        ("", 'next = "a::nope"', "no CSS selector", ""),
        ("ROBOTSTXT_OBEY = false", "", "Unknown key 'ROBOTSTXT_OBEY'", ""),
        ("obey_robots = false", "", "Unknown key 'obey_robots'", ""),
    ],
)
def test_what_is_not_accepted_is_named(tmp_path: Path, more: str, options: str, cause: str, cure: str):
    with pytest.raises(OptionsError) as caught:
        read_site(written(tmp_path, more, options))
    assert cause in caught.value.cause
    assert cure in caught.value.cure


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('"example"', '"isic"', "cannot be a site's name"),
        ('"example"', '"../x"', "cannot be a site's name"),
        ('["example.org"]', '["https://example.org/"]', "is no host"),
        ('["example.org"]', "[]", "names no hosts"),
        ('"https://example.org/"', '"http://example.org/"', "https"),
        ('"https://example.org/"', '"https://other.org/"', "outside the hosts"),
        ('["https://example.org/"]', "[]", "does not say where to begin"),
        ('"gallery"', '"galery"', "kind"),
        ("[gallery]", "[gallery", "is no TOML file"),
    ],
)
def test_what_no_crawl_may_have_is_refused(tmp_path: Path, old: str, new: str, cause: str):
    path = tmp_path / "site.toml"
    path.write_text(GALLERY.format(more="", options="").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(OptionsError, match=cause):
        read_site(str(path))


def test_a_site_that_is_not_there_is_named_and_the_nearest_told(tmp_path: Path):
    with pytest.raises(InputError, match="Did you mean 'commons'"):
        read_site("comons")
    with pytest.raises(InputError, match="no site file"):
        read_site(str(tmp_path / "none.toml"))


def test_the_site_file_in_the_documentation_is_sound(tmp_path: Path):
    text = (Path(__file__).parents[3] / "docs" / "collecting.md").read_text(encoding="utf-8")
    whole, licence = re.findall(r"^```toml\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)[:2]
    path = tmp_path / "site.toml"
    path.write_text(whole.replace("[diagnoses]", f"{licence}\n[diagnoses]", 1), encoding="utf-8")
    site = read_site(str(path))
    assert (site.name, site.diagnoses, site.licence.whole_site) == (
        "my-museum",
        {"melanocytic naevus": "nv"},
        "CC BY 4.0",
    )
