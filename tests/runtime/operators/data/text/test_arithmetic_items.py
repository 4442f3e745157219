import torch

from heldout.runtime.operators.data.text.arithmetic_items import arithmetic_items


def test_every_item_is_a_right_sum_in_all_its_forms():
    items = arithmetic_items(practice=300, bench=200, base=3, most_terms=5, seed=1)
    for part, count in ((items.practice, 300), (items.bench, 200)):
        assert len(part) == count
        vocabulary = part.notes["vocabulary"]
        for row, tokens, asked, x in zip(
            part.rows.to_pylist(), part.tensors["tokens"], part.tensors["answer"], part.x, strict=True
        ):
            terms = [int(term) for term in row["text"].removesuffix("=").split("+")]
            assert (len(terms), sum(terms) % 3) == (row["terms"], row["label"])
            written = "".join(vocabulary[token] for token in tokens.tolist() if token)
            assert written == f"{row['text']}{row['label']}"
            assert tokens[asked].tolist() == [vocabulary.index(str(row["label"]))]
            places = x.reshape(5, 4)
            assert torch.equal(places.sum(1), torch.ones(5))
            assert places.argmax(1).tolist() == terms + [3] * (5 - len(terms))


def test_lengths_are_equally_likely_and_the_seed_decides():
    one, same, other = (arithmetic_items(practice=6000, bench=10, seed=seed) for seed in (0, 0, 1))
    counts = torch.bincount(torch.tensor(one.practice.rows["terms"].to_pylist()))[1:]
    assert counts.min() > 880 and counts.max() < 1120  # 1,000 each, four standard deviations of 29
    assert one.practice.rows.equals(same.practice.rows)
    assert not one.practice.rows.equals(other.practice.rows)
