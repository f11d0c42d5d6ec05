"""A pair of layers around which what came in goes on."""

from torch import Tensor, nn


class Residual(nn.Module):
    """Two linear layers around which the input goes on.

    Args:
        width: of it.
        dropout: fraction of hidden units left out in training.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Dropout(dropout),
            nn.Linear(width, width),
            nn.Dropout(dropout),
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """`(n, width)` to the same."""
        return hidden + self.layers(hidden)  # type: ignore[no-any-return]
