"""Hostile files: what somebody might put into a seeds folder to crash, stall, fill or mislead its reader."""
