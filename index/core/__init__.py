"""Core: settings, limits, errors, scopes and formatting, used by every other package. Imports none of them."""
