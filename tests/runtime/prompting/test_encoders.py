import pytest
import torch

from heldout.runtime.prompting.encoders import encode_images, encode_texts

TEXTS = ["a photo of a red circle.", "a blue star"]


def padded(encoder):
    return encoder.padded([encoder.ids(text) for text in TEXTS])


def test_without_prompts_both_encoders_are_those_of_transformers(encoder, images):
    pixels, ids = encoder.pixels(images), padded(encoder)
    with torch.no_grad():
        theirs = encoder.clip(input_ids=ids, pixel_values=pixels)
        image, text = encode_images(encoder, pixels), encode_texts(encoder, ids)
    torch.testing.assert_close(image, theirs.image_embeds)
    torch.testing.assert_close(text, theirs.text_embeds)
    logits = encoder.clip.logit_scale.exp() * image @ text.T
    torch.testing.assert_close(logits, theirs.logits_per_image)


def test_the_end_of_a_text_is_found_as_published_configurations_have_it(encoder, images):
    # Their eos_token_id is 2, and the end is the highest id: <end> = 3 is not, so the place changes.
    ids = padded(encoder)
    encoder.clip.text_model.eos_token_id = 2
    with torch.no_grad():
        theirs = encoder.clip.get_text_features(input_ids=ids).pooler_output
        ours = encode_texts(encoder, ids)
    torch.testing.assert_close(ours, theirs / theirs.norm(dim=-1, keepdim=True))


def test_a_context_of_the_words_own_embeddings_changes_nothing(encoder):
    ids = padded(encoder)[:1]  # <start> a photo of a …
    words = encoder.clip.text_model.embeddings.token_embedding.weight[ids[0, 1:5]]
    torch.testing.assert_close(encode_texts(encoder, ids, (words,)), encode_texts(encoder, ids))


def test_what_stands_at_the_places_of_the_context_is_not_read(encoder):
    ids = padded(encoder)[:1]
    other = ids.clone()
    other[0, 1:3] = 5
    context = torch.randn(2, 16, generator=torch.Generator().manual_seed(2))
    assert not torch.equal(encode_texts(encoder, ids), encode_texts(encoder, other))
    torch.testing.assert_close(
        encode_texts(encoder, ids, (context,)), encode_texts(encoder, other, (context,))
    )


def test_each_image_of_a_batch_can_have_its_own_context(encoder):
    ids = padded(encoder)
    contexts = torch.randn(3, 2, 16, generator=torch.Generator().manual_seed(3))
    together = encode_texts(encoder, ids, (contexts,))
    assert together.shape == (3, 2, 12)
    for own, expected in zip(together, contexts, strict=True):
        torch.testing.assert_close(own, encode_texts(encoder, ids, (expected,)))


def test_prompts_of_the_second_layer_replace_what_the_first_made_of_its_own(encoder, images):
    # Whatever stood at the prompts' places, the second layer reads its own prompts there; what the
    # first layer's prompts did to the other tokens stays. So the last layer's prompts alone decide
    # what is passed on, and changing them changes the features.
    pixels = encoder.pixels(images)
    generator = torch.Generator().manual_seed(4)
    first, second, third = torch.randn(3, 2, 16, generator=generator)
    with torch.no_grad():
        shallow = encode_images(encoder, pixels, (first,))
        deep = encode_images(encoder, pixels, (first, second))
        other = encode_images(encoder, pixels, (first, third))
    assert not torch.allclose(shallow, deep, atol=1e-4)
    assert not torch.allclose(deep, other, atol=1e-4)


def test_deep_prompts_equal_to_what_a_layer_gave_change_nothing(encoder, images):
    # By hand: the state after layer 1 at the prompts' places, put back as prompts of layer 2.
    tower, pixels = encoder.clip.vision_model, encoder.pixels(images[:1])
    prompt = torch.randn(2, 16, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        start = tower.pre_layrnorm(torch.cat([tower.embeddings(pixels), prompt[None]], 1))
        passed_on = tower.encoder.layers[0](start, None)[0, -2:]
        same = encode_images(encoder, pixels, (prompt, passed_on))
        torch.testing.assert_close(same, encode_images(encoder, pixels, (prompt,)))


@pytest.mark.parametrize("kind", ["image", "text"])
def test_features_have_length_one(encoder, images, kind):
    made = (
        encode_images(encoder, encoder.pixels(images))
        if kind == "image"
        else encode_texts(encoder, padded(encoder))
    )
    torch.testing.assert_close(made.norm(dim=-1), torch.ones(len(made)))
