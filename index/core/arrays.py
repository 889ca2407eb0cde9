"""Arrays: the type of embedding vectors, for packages that store or compare them without making any."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # one vector (dimensions,) or several (texts, dimensions), each of length 1
