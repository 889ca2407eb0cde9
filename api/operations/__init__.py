"""Operations: what can be asked of the shelf, each a function of a request that returns JSON or raises."""
