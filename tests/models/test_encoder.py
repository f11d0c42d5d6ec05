"""The encoder of BERT's family beside torch's own layers."""

import pytest
import torch
from torch import nn

from fivefold.models.encoder import Encoder, encoder_arguments, encoder_tensors
from fivefold.models.inputs import Text

CONFIG = {
    "model_type": "bert",
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 12,
    "layer_norm_eps": 1e-6,
}


def checkpoint(reference: nn.TransformerEncoder, words: int) -> dict[str, torch.Tensor]:
    """Tensors of torch's layers by the names of transformers, and embeddings beside them."""
    tensors = {
        "bert.embeddings.word_embeddings.weight": torch.randn(words, 16),
        "bert.embeddings.position_embeddings.weight": torch.randn(12, 16),
        "bert.embeddings.token_type_embeddings.weight": torch.randn(2, 16),
        "bert.embeddings.LayerNorm.gamma": torch.rand(16) + 0.5,
        "bert.embeddings.LayerNorm.beta": torch.randn(16),
        "bert.pooler.dense.weight": torch.randn(16, 16),
    }
    for place, layer in enumerate(reference.layers):
        start = f"bert.encoder.layer.{place}."
        names = ("query", "key", "value")
        split = zip(
            names,
            layer.self_attn.in_proj_weight.chunk(3),
            layer.self_attn.in_proj_bias.chunk(3),
            strict=True,
        )
        for name, weight, bias in split:
            tensors[f"{start}attention.self.{name}.weight"] = weight
            tensors[f"{start}attention.self.{name}.bias"] = bias
        parts = {
            "attention.output.dense": layer.self_attn.out_proj,
            "attention.output.LayerNorm": layer.norm1,
            "intermediate.dense": layer.linear1,
            "output.dense": layer.linear2,
            "output.LayerNorm": layer.norm2,
        }
        for name, part in parts.items():
            tensors[f"{start}{name}.weight"], tensors[f"{start}{name}.bias"] = (
                part.weight,
                part.bias,
            )
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


def test_encoder_with_weights_of_a_checkpoint_answers_as_torchs_own_layers():
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(
        16, 2, 24, 0.0, nn.functional.gelu, layer_norm_eps=1e-6, batch_first=True
    )
    reference = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()
    tensors = checkpoint(reference, words=9)
    encoder = Encoder(Text(7, 11), 3, **encoder_arguments(CONFIG)).eval()
    renamed = encoder_tensors(tensors, words=9, pad=0, unknown=1)
    missing, unexpected = encoder.load_state_dict(renamed, strict=False)
    assert (missing, unexpected) == (["out.1.weight", "out.1.bias"], [])
    numbers = torch.tensor([[2, 5, 8, 3, 0, 0, 0], [2, 1, 4, 4, 6, 7, 3]])  # of the checkpoint
    lengths = torch.tensor([4, 7])
    hidden = torch.arange(7) >= lengths[:, None]
    codes = torch.where(hidden, 0, numbers + 2)
    codes[1, 1] = 1  # unknown
    words = tensors["bert.embeddings.word_embeddings.weight"][numbers]
    flowing = words + tensors["bert.embeddings.position_embeddings.weight"][:7]
    flowing = flowing + tensors["bert.embeddings.token_type_embeddings.weight"][0]
    flowing = nn.functional.layer_norm(
        flowing,
        (16,),
        tensors["bert.embeddings.LayerNorm.gamma"],
        tensors["bert.embeddings.LayerNorm.beta"],
        1e-6,
    )
    with torch.no_grad():
        seen = reference(flowing, src_key_padding_mask=hidden)
        means = [row[:length].mean(dim=0) for row, length in zip(seen, lengths, strict=True)]
        assert torch.allclose(encoder.pooled(codes), torch.stack(means), atol=1e-5)


@pytest.mark.parametrize(
    "odd", [{"hidden_act": "swish9"}, {"position_embedding_type": "relative_key"}]
)
def test_encoder_of_a_configuration_that_is_not_known_is_refused(odd):
    with pytest.raises(ValueError, match=str(next(iter(odd.values())))):
        encoder_arguments(CONFIG | odd)
