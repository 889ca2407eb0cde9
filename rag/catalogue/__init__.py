"""Questions about the shelf itself, answered exactly by counting and listing its articles."""
