"""All sheets in one PDF: nothing is drawn anew, and what screen readers and readers' tables of contents need is there."""

from __future__ import annotations

import io

import pikepdf
import pytest

from fit_toolkit.errors import ConfigError
from fit_toolkit.sheets.batch_encrypt import decrypted, encrypted, opens
from fit_toolkit.sheets.batch_merge import Leaf, merged, objects_of
from fit_toolkit.sheets.pdf import sheet_pdf, write_pdf
from tests.sheets import examples

TITLE = "Sheets of 12 March (Ü)"


@pytest.fixture(scope="module")
def single() -> tuple[bytes, bytes]:
    body = "<h1>One (1 0 R)</h1><p>3 0 R <a href='#x'>there</a></p><p style='break-before: page' id='x'>Zwei</p>"
    other = f"<!DOCTYPE html><html lang='de'><head><meta charset='utf-8'><title>t (7 0 R) \\</title></head><body>{body}</body></html>"
    return sheet_pdf(examples.improving()), write_pdf(other)[0]


def whole(single: tuple[bytes, bytes]) -> bytes:
    leaves = [Leaf(pdf=pdf, bookmark=f"1{at}:00, sheet 000{at} (ü)") for at, pdf in enumerate([*single, single[0]])]
    return merged(leaves, title=TITLE, language="en", tool="fit-toolkit 0")


def drawn(page: pikepdf.Page) -> bytes:
    return bytes(page.Contents.read_bytes())


def test_pages_are_drawn_as_in_the_single_files_and_in_their_order(single: tuple[bytes, bytes]) -> None:
    with pikepdf.open(io.BytesIO(whole(single))) as pdf:
        assert pdf.check_pdf_syntax() == []
        pages = [drawn(page) for page in pdf.pages]
    expected = []
    for part in (*single, single[0]):
        with pikepdf.open(io.BytesIO(part)) as one:
            expected += [drawn(page) for page in one.pages]
    assert pages == expected
    assert len(pages) == 4


def test_every_marked_piece_of_every_page_leads_back_into_the_one_structure(single: tuple[bytes, bytes]) -> None:
    with pikepdf.open(io.BytesIO(whole(single))) as pdf:
        root = pdf.Root.StructTreeRoot
        (document,) = root.K
        assert [str(part.S) for part in (document, *document.K)] == ["/Document", *["/Art"] * 3]
        assert [str(part.Lang) for part in document.K] == ["en", "de", "en"]
        assert all(part.P.objgen == document.objgen for part in document.K)
        nums = list(root.ParentTree.Nums)
        tree = dict(zip(map(int, nums[::2]), nums[1::2], strict=True))
        assert sorted(tree) == list(range(len(tree)))
        for page in pdf.pages:
            owners = tree.pop(int(page.StructParents))
            assert {owner.Pg.objgen for owner in owners} == {page.objgen}
        assert len(tree) == 1  # the link
        assert str(next(iter(tree.values())).S) == "/Link"


def test_it_has_a_bookmark_for_each_sheet_a_title_and_says_what_it_is(single: tuple[bytes, bytes]) -> None:
    with pikepdf.open(io.BytesIO(whole(single))) as pdf:
        with pdf.open_outline() as outline:
            marks = [(entry.title, entry.obj.Dest[0].objgen) for entry in outline.root if entry.obj]
        assert [title for title, _ in marks] == [f"1{at}:00, sheet 000{at} (ü)" for at in range(3)]
        assert [page for _, page in marks] == [pdf.pages[at].objgen for at in (0, 1, 3)]
        assert str(pdf.docinfo["/Title"]) == TITLE
        with pdf.open_metadata() as data:
            assert (data["dc:title"], data["pdfuaid:part"]) == (TITLE, "1")
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


def test_the_same_sheets_give_the_same_bytes_and_what_two_share_is_there_once(single: tuple[bytes, bytes]) -> None:
    assert whole(single) == whole(single)
    assert len(whole(single)) < 2 * len(single[0]) + len(single[1]) - 5_000


def test_encrypted_sheets_are_put_together_all_the_same(single: tuple[bytes, bytes]) -> None:
    locked = encrypted(single[0], "correct horse")
    assert (opens(locked, "correct horse"), opens(locked, "another one"), opens(locked, "")) == (True, False, False)
    assert (opens(single[0], ""), opens(single[0], "correct horse")) == (True, False)
    with pikepdf.open(io.BytesIO(locked), password="correct horse") as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits, str(pdf.encryption.stream_method)) == (
            6,
            256,
            "EncryptionMethod.aesv3",
        )
        assert (pdf.allow.accessibility, pdf.allow.print_highres) == (True, True)
    both = merged([Leaf(pdf=decrypted(locked, "correct horse"), bookmark="a"), Leaf(pdf=single[1], bookmark="b")],
                  title="t", language="en", tool="f")  # fmt: skip
    with pikepdf.open(io.BytesIO(both)) as pdf, pikepdf.open(io.BytesIO(single[0])) as one:
        assert pdf.check_pdf_syntax() == []
        assert drawn(pdf.pages[0]) == drawn(one.pages[0])
        assert len(pdf.pages) == 3


@pytest.mark.parametrize("damage", [lambda pdf: b"", lambda pdf: pdf[:-200], lambda pdf: pdf[:40] + pdf[-300:]])
def test_a_file_that_is_not_whole_is_refused(single: tuple[bytes, bytes], damage: object) -> None:
    with pytest.raises(ConfigError, match="not as WeasyPrint"):
        objects_of(damage(single[0]))  # type: ignore[operator]
