"""The tokenizers of the overview's worked example."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from fmgenomics.lab import tokenizers as lab
from fmgenomics.lab.tokenizers import BytePairEncoding, NonOverlappingKmers, OverlappingKmers, SingleNucleotide, Token

SEQUENCE = "ACGTTGCAACGTACGTTGCATTA"
PARTITIONS = [
    SingleNucleotide(),
    NonOverlappingKmers(3),
    NonOverlappingKmers(6),
    BytePairEncoding.learn(SEQUENCE * 3, 8),
]


def texts(tokens: tuple[Token, ...]) -> list[str]:
    return [token.text for token in tokens]


@pytest.mark.parametrize("tokenizer", PARTITIONS, ids=lambda each: each.name)
def test_tokens_side_by_side_give_the_sequence_back(tokenizer: lab.Tokenizer) -> None:
    tokens = tokenizer(SEQUENCE)
    assert "".join(texts(tokens)) == SEQUENCE
    assert all(SEQUENCE.startswith(token.text, token.start) for token in tokens)


def test_overlapping_kmers_begin_at_each_base() -> None:
    assert texts(OverlappingKmers(3)("ACGTA")) == ["ACG", "CGT", "GTA"]
    assert OverlappingKmers(6)("ACGTA") == ()


def test_leftover_bases_become_single_tokens() -> None:
    assert texts(NonOverlappingKmers(3)("ACGTACGT")) == ["ACG", "TAC", "G", "T"]


def test_vocabularies_count_the_symbols() -> None:
    assert SingleNucleotide().vocabulary == 4
    assert OverlappingKmers(6).vocabulary == 4**6
    assert NonOverlappingKmers(6).vocabulary == 4**6 + 4
    assert BytePairEncoding.learn("ACACACGT", 1).vocabulary == 5


def test_byte_pairs_are_learned_by_frequency_then_alphabet() -> None:
    assert BytePairEncoding.learn("ACACACGT", 2).merges == (("A", "C"), ("AC", "AC"))
    assert BytePairEncoding.learn("TGAC", 1).merges == (("A", "C"),)


def test_byte_pairs_join_from_left_to_right_in_the_order_learned() -> None:
    tokenizer = BytePairEncoding((("A", "A"), ("AA", "A")))
    assert texts(tokenizer("AAAA")) == ["AA", "AA"]
    assert texts(tokenizer("AAAAA")) == ["AA", "AAA"]


@pytest.mark.parametrize("tokenizer", [*PARTITIONS, OverlappingKmers(3)], ids=lambda each: each.name)
@pytest.mark.parametrize("letter", ["N", "a", "U", "-"])
def test_other_letters_are_refused_with_their_place(tokenizer: lab.Tokenizer, letter: str) -> None:
    with pytest.raises(ValueError, match=rf"'{letter}' at position 4: expected one of ACGT"):
        tokenizer(f"ACG{letter}ACG")


@pytest.mark.parametrize("kind", [OverlappingKmers, NonOverlappingKmers])
def test_k_below_one_is_refused(kind: type) -> None:
    with pytest.raises(ValueError, match="k is 0: expected a whole number of at least 1"):
        kind(0)


def test_more_merges_than_the_training_sequence_has_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 3 merges"):
        BytePairEncoding.learn("ACGT", 4)


def test_a_change_to_the_same_base_is_refused() -> None:
    assert lab.with_base("ACGT", 1, "G") == "AGGT"
    with pytest.raises(ValueError, match="position 2 is C already"):
        lab.with_base("ACGT", 1, "C")


def test_what_is_lost_is_counted_in_place() -> None:
    tokenizer = NonOverlappingKmers(2)
    before = tokenizer("ACACAC")
    assert lab.lost(before, before) == ()
    assert texts(lab.lost(before, tokenizer("ACATAC"))) == ["AC"]
    # The same texts one base further on are not the same tokens.
    assert lab.lost(before, tokenizer("ACACAC"), offset=1) == before


def test_one_changed_base_costs_one_token_or_k() -> None:
    single, overlapping, pairs, blocks = lab.readings()
    assert single.lost_to_change == blocks.lost_to_change == 1
    assert overlapping.lost_to_change == lab.K
    assert 1 <= pairs.lost_to_change < len(pairs.original)


def test_a_start_one_base_later_costs_all_blocks_and_little_else() -> None:
    single, overlapping, pairs, blocks = lab.readings()
    assert single.lost_to_shift == overlapping.lost_to_shift == 1
    assert blocks.lost_to_shift == len(blocks.original)
    assert blocks.mean_shifted > 0.95
    assert max(single.mean_shifted, overlapping.mean_shifted, pairs.mean_shifted) < 0.1


def test_both_coarse_tokenizers_cut_the_tata_box() -> None:
    inside = range(lab.MOTIF_START + 1, lab.MOTIF_START + len(lab.MOTIF))
    assert lab.example()[lab.MOTIF_START :].startswith(lab.MOTIF)
    for reading in lab.readings()[2:]:
        assert any(token.start in inside for token in reading.original), reading.tokenizer.name


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_has_headers_marks_and_no_inline_style() -> None:
    page = _Page()
    page.feed(lab.show_worked_example()._repr_html_())
    assert not [attributes for _, attributes in page.tags if {"style", "id", "onclick"} & set(attributes)]
    assert not [tag for tag, _ in page.tags if tag in ("script", "style")]
    assert all(attributes.get("scope") for tag, attributes in page.tags if tag == "th")
    regions = [attributes for tag, attributes in page.tags if attributes.get("role") == "region"]
    assert len(regions) == 2
    assert all(region["aria-label"] and region["tabindex"] == "0" for region in regions)


def test_the_page_marks_as_many_tokens_as_are_new() -> None:
    html = lab.show_worked_example()._repr_html_()
    bodies = re.findall(r"<tbody><tr><th scope=\"rowgroup\".*?</tbody>", html, re.DOTALL)
    assert len(bodies) == 4
    for body, reading in zip(bodies, lab.readings(), strict=True):
        as_is, changed, shifted = re.findall(r'<td class="tokens">(.*?)</td>', body)
        assert "<mark" not in as_is
        assert changed.count("<mark") == len(lab.lost(reading.changed, reading.original))
        assert shifted.count("<mark") == len(reading.shifted) - (len(reading.original) - reading.lost_to_shift)


def test_the_page_is_the_same_when_made_anew() -> None:
    first = lab.show_worked_example()._repr_html_()
    for kept in (lab.tokenizers, lab.example, lab.readings):
        kept.cache_clear()
    assert lab.show_worked_example()._repr_html_() == first
