from __future__ import annotations

import pytest
from scrapy.http import TextResponse

from lesionlab.collect.web.findings import Finding, Found, Page, UnreadableError
from lesionlab.collect.web.gallery import GalleryReader
from lesionlab.collect.web.site import GallerySource
from lesionlab.collect.web.site_file import read_site

LIST = Page("https://example.org/list/")
BY = "https://creativecommons.org/licenses/by/4.0/"


def read(source: GallerySource, response, page: Page = LIST, depth: int = 0) -> list[Finding]:
    return list(GalleryReader(source, depth).read(page, response))


def only(found: list[Finding]) -> Found:
    (one,) = found
    assert isinstance(one, Found)
    return one


def test_items_of_a_list_with_what_is_told_of_each(html_page):
    source = GallerySource(
        item=".i", image="img", licence="a.cc", attribution=".by", caption="p", diagnosis=".dx", next="a.next"
    )
    body = f"""<div class=i><img src="/a%20b.jpg#x"><a class=cc href="{BY}">CC BY 4.0</a><b class=by>Ada
      L.</b><p>An <i>image</i></p><b class=dx>Naevus</b></div><a class=next href="?page=2">next</a>
      <div class=i><img data-src="https://files.example.org/c.jpg"></div>"""
    first, second, following = read(source, html_page(body))
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert first.file_url == "https://example.org/a%20b.jpg"
    assert first.page_url == "https://example.org/list/"
    assert first.statements == ((BY, "CC BY 4.0"),)
    assert (first.attribution, first.details, first.diagnosis_given) == ("Ada L.", {"caption": "An image"}, "Naevus")
    assert (second.file_url, second.statements, second.attribution) == ("https://files.example.org/c.jpg", (), "")
    assert following == Page("https://example.org/list/?page=2", "list", 0)


def test_pages_of_single_images_keep_their_id_and_the_list_s_diagnosis(html_page):
    source = GallerySource(item="li", detail="a", image="img", list_diagnosis="h1")
    (page,) = read(source, html_page("<h1>Melanoma</h1><li><a href=/one>1</a><a href=/one#x>again</a></li>"))
    assert isinstance(page, Page)
    assert (page.kind, page.url, page.diagnosis_given) == ("item", "https://example.org/one", "Melanoma")
    found = only(read(source, html_page("<img src=/1.jpg>", url=page.url), page))
    assert (found.image_id, found.file_url) == (page.image_id, "https://example.org/1.jpg")
    assert only(read(source, html_page("", url=page.url), page)).refusal == "The page tells of no file."


def test_selectors_may_name_an_attribute_or_the_text(html_page):
    source = GallerySource(image="a::attr(data-full)", attribution="b::text", licence="meta::attr(content)")
    body = f"<a data-full='x.jpg'></a><b>Ada</b><meta content='{BY}'>"
    found = only(read(source, html_page(body)))
    assert (found.file_url, found.attribution, found.statements) == ("https://example.org/list/x.jpg", "Ada", ((BY,),))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:image/png;base64,xx", "http://[", "mailto:x@y"])
def test_what_is_no_address_of_the_web_is_not_followed(html_page, address: str):
    body = f"<img src='{address}'><a class=next href='{address}'>n</a>"
    assert read(GallerySource(next=".next"), html_page(body)) == []


def test_a_base_element_counts(html_page):
    found = only(read(GallerySource(), html_page("<img src=a.jpg>", '<base href="https://example.org/base/">')))
    assert found.file_url == "https://example.org/base/a.jpg"


def test_pages_below_are_followed_to_a_depth(html_page):
    source = GallerySource(image="img", deeper="a.sub")
    response = html_page("<a class=sub href=/sub>sub</a>")
    assert read(source, response) == []
    assert read(source, response, depth=1) == [Page("https://example.org/sub", "list", 1)]
    assert read(source, response, Page("https://example.org/sub", depth=1), depth=1) == []


def described(licence: str, url: str = "/a.jpg") -> str:
    return f'<script type="application/ld+json">{{"@type":"ImageObject","contentUrl":"{url}",{licence}}}</script>'


def test_linked_data_about_the_image_gives_licence_and_author(html_page):
    head = described(f'"license":"{BY}","creator":{{"@type":"Person","name":"Ada"}}')
    found = only(read(GallerySource(), html_page("<img src=/a.jpg>", head)))
    assert (found.statements, found.attribution) == (((BY,),), "Ada")


def test_linked_data_about_another_image_gives_nothing(html_page):
    head = described(f'"license":"{BY}"', "/b.jpg")
    assert only(read(GallerySource(), html_page("<img src=/a.jpg>", head))).statements == ()


def test_a_link_of_the_item_is_its_licence_and_one_of_the_page_is_not(html_page):
    link = f'<a rel="nofollow license" href="{BY}">CC BY</a>'
    inside = html_page(f"<div class=i><img src=/a.jpg>{link}</div>")
    assert only(read(GallerySource(item=".i"), inside)).statements == ((BY, "CC BY"),)
    outside = html_page(f"<div class=i><img src=/a.jpg></div><footer>Text under {link}</footer>")
    assert only(read(GallerySource(item=".i"), outside)).statements == ()
    assert only(read(GallerySource(item=".i", page_licence=True), outside)).statements == ((BY, "CC BY"),)


def test_a_selector_that_finds_no_licence_is_not_mended_by_a_farther_one(html_page):
    body = f'<div class=i><img src=/a.jpg></div><a rel=license href="{BY}">x</a>'
    source = GallerySource(item=".i", licence=".own", page_licence=True)
    assert only(read(source, html_page(body))).statements == ()


def test_what_is_no_html_is_told():
    with pytest.raises(UnreadableError):
        read(GallerySource(), TextResponse("https://example.org/", body=b"{}"))


CATEGORY = """<h1 id="firstHeading"><span class="mw-page-title-namespace">Category</span><span>:</span><span
 class="mw-page-title-main">Melanoma</span></h1>
<div id="mw-subcategories"><a href="/wiki/Category:Uveal_melanoma">Uveal</a><a href="/wiki/Help:X">?</a></div>
<div id="mw-category-media"><a href="/w/index.php?title=Category:Melanoma&amp;filefrom=N#mw-category-media">next
 page</a><ul><li class="gallerybox"><div class="thumb"><a href="/wiki/File:A_b.jpg" class="mw-file-description"><img
 src="https://upload.wikimedia.org/thumb/A_b.jpg/120px-A_b.jpg"></a></div><div class="gallerytext"><a
 href="/wiki/File:A_b.jpg">A b.jpg</a></div></li></ul></div>
<footer><a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">CC BY-SA</a></footer>"""
FILE_PAGE = """<div class="fullImageLink"><a href="//upload.wikimedia.org/commons/1/12/A_b.jpg"><img
 src="t.jpg"></a></div><div class="fullMedia"><p><a href="//upload.wikimedia.org/commons/1/12/A_b.jpg"
 class="internal">Original file</a></p></div>
<table><tr><td id="fileinfotpl_desc">Description</td><td>A <b>lesion</b></td></tr>
<tr><td id="fileinfotpl_aut">Author</td><td><a href="/wiki/User:Ada">Ada</a></td></tr></table>
<table class="licensetpl"><tr><td><span class="licensetpl_link">https://creativecommons.org/licenses/by/4.0</span>
<span class="licensetpl_short">CC BY 4.0</span><span class="licensetpl_long">Creative Commons</span></td></tr></table>
<footer><a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">CC BY-SA</a></footer>"""


def test_the_ready_made_commons_reads_a_category_and_a_file_page(html_page):
    site = read_site("commons")
    assert site.gallery is not None
    url = "https://commons.wikimedia.org/wiki/Category:Melanoma"
    item, below, following = read(site.gallery, html_page(CATEGORY, url=url), Page(url), depth=1)
    assert isinstance(item, Page)
    assert (item.kind, item.url, item.diagnosis_given) == (
        *("item", "https://commons.wikimedia.org/wiki/File:A_b.jpg"),
        "Melanoma",
    )
    assert below == Page("https://commons.wikimedia.org/wiki/Category:Uveal_melanoma", "list", 1)
    assert isinstance(following, Page)
    assert following.url.startswith("https://commons.wikimedia.org/w/index.php?title=Category:Melanoma&filefrom=N")
    found = only(read(site.gallery, html_page(FILE_PAGE, url=item.url), item))
    assert found.file_url == "https://upload.wikimedia.org/commons/1/12/A_b.jpg"
    assert (found.statements, found.attribution) == ((("CC BY 4.0",),), "Ada")
