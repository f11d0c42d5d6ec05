"""From data to a served PyTorch model in five typed stages."""

import lazy_loader

from fivefold.version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
